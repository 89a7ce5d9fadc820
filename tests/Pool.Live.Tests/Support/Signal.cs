using System.Runtime.InteropServices;

namespace Pool.Live.Tests.Support;

/// <summary>The signals that a process may get.</summary>
public enum Signal
{
    /// <summary>Read the configuration again.</summary>
    HangUp = 1,

    /// <summary>Die on the spot.</summary>
    Kill = 9,

    /// <summary>End in good order.</summary>
    Terminate = 15,

    /// <summary>Go on after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Stand still.</summary>
    Stop = 19,
}

/// <summary>Sends signals.</summary>
internal static class Signals
{
    /// <summary>Sends it to a process.</summary>
    public static void SendTo(this Signal signal, int process) => _ = Send(process, (int)signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int process, int signal);
}
