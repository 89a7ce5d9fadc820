using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Pool.Bench;

var quick = args.Contains("--quick");
var job = quick ? Job.ShortRun.WithIterationTime(TimeInterval.FromMilliseconds(100)) : Job.MediumRun.WithLaunchCount(1);
using var log = new StreamWriter(Path.Combine(AppContext.BaseDirectory, "pool-bench.log"));
var config = ManualConfig.CreateEmpty()
    .AddJob(job.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddLogger(new StreamLogger(log))
    .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "artifacts"));
var budget = AllocationBudget.Load(Path.Combine(AppContext.BaseDirectory, "allocation-budget.json"));
return budget.Check(BenchmarkRunner.Run(typeof(AllocationBudget).Assembly, config), Console.Out) ? 0 : 1;
