using Pool.Pbm.Cli;

return await new PbmProgram(PbmEnvironment.OfProcess()).RunAsync(args);
