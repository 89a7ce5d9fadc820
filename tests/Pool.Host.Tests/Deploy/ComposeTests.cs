using YamlDotNet.Core;

namespace Pool.Host.Tests.Deploy;

/// <summary>deploy/compose, which nothing runs here: read by YamlDotNet, strictly, and looked at for what must fit together.</summary>
public sealed class ComposeTests
{
    private static readonly ComposeFile s_file = ComposeFile.Parse(DeployFolder.Read("compose/compose.yaml"));

    private static List<KeyValuePair<string, ComposeFile.ComposeService>> Nodes => [.. s_file.Services.Where(s => s.Value.Image == "pool")];

    [Fact]
    public void A_key_that_is_not_known_would_be_noticed() =>
        Assert.Throws<YamlException>(() => ComposeFile.Parse("services:\n  a:\n    imgae: x\n"));

    [Fact]
    public void There_are_three_nodes_an_etcd_and_a_server() =>
        Assert.Equal(["etcd", "mysql", "pool-1", "pool-2", "pool-3"], s_file.Services.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void The_configuration_of_each_node_passes_the_programs_own_check_and_names_are_found()
    {
        Assert.Equal(3, Nodes.Count);
        foreach (var (name, service) in Nodes)
        {
            var config = DeployFolder.Check(DeployFolder.Read("compose/pool.json"), service.Environment);
            Assert.Equal((name, name, name), (config.Node.Name, config.Cluster!.AdvertisedHost, service.Hostname));
            Assert.Contains(config.Backends[0].Host, s_file.Services.Keys);
            Assert.Contains(new Uri(config.Cluster.Etcd.Endpoints[0]).Host, s_file.Services.Keys);
            Assert.All(service.Ports, p => Assert.Contains(int.Parse(p.Split(':')[^1], null), new[] { config.Listeners[0].Port, config.Admin.Port }));
            Assert.True(int.Parse(service.StopGracePeriod!.TrimEnd('s'), null) > config.Shutdown.DrainTimeout.TotalSeconds);
        }
    }

    [Fact]
    public void Whatever_a_service_refers_to_is_there()
    {
        foreach (var service in s_file.Services.Values)
        {
            Assert.All(service.DependsOn.Keys, d => Assert.Contains(d, s_file.Services.Keys));
            Assert.All(service.DependsOn.Where(d => d.Value.State == "service_healthy"), d => Assert.NotNull(s_file.Services[d.Key].Healthcheck));
            Assert.All(service.Secrets, s => Assert.Contains(s, s_file.Secrets.Keys));
            Assert.All(service.Configs, c => Assert.True(File.Exists(DeployFolder.PathTo($"compose/{s_file.Configs[c.Source].File}"))));
            Assert.All(service.Volumes, v => Assert.Contains(v.Split(':')[0], s_file.Volumes.Keys));
        }

        Assert.All(Nodes, n => Assert.True(File.Exists(DeployFolder.PathTo($"compose/{n.Value.Build!.Context}/{n.Value.Build.Dockerfile}"))));
    }

    [Fact]
    public void No_port_of_the_host_is_used_twice()
    {
        var ports = s_file.Services.Values.SelectMany(s => s.Ports).Select(p => p.Split(':')[^2]).ToList();
        Assert.Equal(ports.Distinct(), ports);
    }

    [Fact]
    public void The_secrets_of_the_configuration_are_mounted()
    {
        var json = DeployFolder.Read("compose/pool.json");
        Assert.All(Nodes, n => Assert.All(n.Value.Secrets, s => Assert.Contains($"/run/secrets/{s}\"", json, StringComparison.Ordinal)));
    }
}
