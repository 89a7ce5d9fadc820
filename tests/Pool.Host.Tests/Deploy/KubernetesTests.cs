using System.Text.Json;
using k8s;
using k8s.Models;
using Pool.Host.Configuration;

namespace Pool.Host.Tests.Deploy;

/// <summary>
/// The manifests of deploy/kubernetes, which no cluster runs here: read by KubernetesClient, strictly, into the types that are made of
/// Kubernetes' own schema, so that a key that it does not have is an error; and looked at for what must fit together.
/// </summary>
public sealed class KubernetesTests
{
    private static readonly List<object> s_objects =
    [
        .. Directory.EnumerateFiles(DeployFolder.PathTo("kubernetes"), "*.yaml").Order()
            .SelectMany(f => KubernetesYaml.LoadAllFromString(File.ReadAllText(f), typeMap: null, strict: true)),
    ];

    private static V1StatefulSet Nodes => Assert.Single(s_objects.OfType<V1StatefulSet>());

    private static V1Container Node => Assert.Single(Nodes.Spec.Template.Spec.Containers);

    private static V1ConfigMap Config => Assert.Single(s_objects.OfType<V1ConfigMap>());

    [Fact]
    public void Every_object_is_one_that_Kubernetes_knows() => Assert.Equal(
        ["ConfigMap", "PodDisruptionBudget", "Service", "Service", "StatefulSet"],
        s_objects.Cast<IKubernetesObject>().Select(o => o.Kind).Order(StringComparer.Ordinal));

    [Fact]
    public void A_key_that_Kubernetes_does_not_have_would_be_noticed() => Assert.ThrowsAny<Exception>(() =>
        KubernetesYaml.LoadAllFromString("apiVersion: v1\nkind: Service\nspec:\n  selektor: {}\n", typeMap: null, strict: true));

    [Fact]
    public void The_configuration_passes_the_programs_own_check()
    {
        var config = Checked();
        Assert.Equal(("pool-0", "pool-0.pool-peers"), (config.Node.Name, config.Cluster!.AdvertisedHost));
        Assert.Equal("/etc/pool", Node.VolumeMounts.Single(m => m.Name == "config").MountPath);
        Assert.Equal(Config.Metadata.Name, Nodes.Spec.Template.Spec.Volumes.Single(v => v.Name == "config").ConfigMap.Name);
    }

    [Fact]
    public void Ports_are_those_of_the_configuration()
    {
        var config = Checked();
        var ports = Node.Ports.ToDictionary(p => p.Name, p => p.ContainerPort);
        Assert.Equal((config.Listeners[0].Port, config.Admin.Port, config.Cluster!.Port), (ports["mysql"], ports["admin"], ports["peers"]));
        foreach (var service in s_objects.OfType<V1Service>())
        {
            Assert.All(service.Spec.Ports, p => Assert.Contains(p.TargetPort.Value, ports.Keys));
            Assert.Equal(Nodes.Spec.Template.Metadata.Labels, service.Spec.Selector);
        }
    }

    [Fact]
    public void Secrets_are_where_the_configuration_looks_for_them_and_are_in_no_manifest()
    {
        var mount = Node.VolumeMounts.Single(m => m.Name == "secrets").MountPath;
        var files = Nodes.Spec.Template.Spec.Volumes.Single(v => v.Name == "secrets").Secret.Items.Select(i => $"{mount}/{i.Path}").Order();
        using var config = JsonDocument.Parse(Config.Data["pool.json"]);
        Assert.Equal(files, Files(config.RootElement).Distinct().Order());
        Assert.Empty(s_objects.OfType<V1Secret>());
    }

    [Fact]
    public void The_nodes_are_found_by_name_before_they_are_ready()
    {
        var headless = Assert.Single(s_objects.OfType<V1Service>(), s => s.Spec.ClusterIP == "None");
        Assert.Equal(Nodes.Spec.ServiceName, headless.Metadata.Name);
        Assert.True(headless.Spec.PublishNotReadyAddresses);
    }

    [Fact]
    public void A_node_is_ready_by_readyz_and_drained_before_it_is_stopped_in_less_than_it_is_given()
    {
        Assert.Equal(("/readyz", "admin"), (Node.ReadinessProbe.HttpGet.Path, Node.ReadinessProbe.HttpGet.Port.Value));
        Assert.Equal("/healthz", Node.LivenessProbe.HttpGet.Path);
        var drain = Node.Lifecycle.PreStop.Exec.Command[^1];
        Assert.Matches("^sleep 5; pbm node drain --wait 40 --yes ", drain);
        Assert.True(Nodes.Spec.Template.Spec.TerminationGracePeriodSeconds > 5 + 40 + Checked().Shutdown.DrainTimeout.TotalSeconds);
        Assert.Contains(Node.VolumeMounts, m => drain.Contains(m.MountPath, StringComparison.Ordinal));
    }

    [Fact]
    public void One_node_at_a_time_may_be_taken_away()
    {
        var budget = Assert.Single(s_objects.OfType<V1PodDisruptionBudget>());
        Assert.Equal("1", budget.Spec.MaxUnavailable.Value);
        Assert.Equal(Nodes.Spec.Selector.MatchLabels, budget.Spec.Selector.MatchLabels);
        Assert.Equal(3, Nodes.Spec.Replicas);
    }

    // With what the first pod's environment says.
    private static PoolConfig Checked() => DeployFolder.Check(
        Config.Data["pool.json"],
        Node.Env.ToDictionary(e => e.Name, e => e.Value?.Replace("$(POOL__Node__Name)", "pool-0", StringComparison.Ordinal) ?? "pool-0"));

    private static IEnumerable<string> Files(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Files),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => p.Name == "File" ? [p.Value.GetString()!] : Files(p.Value)),
        _ => [],
    };
}
