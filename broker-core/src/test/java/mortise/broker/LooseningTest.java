package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.auth.Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What protected before is not taken away unless the configuration says so. */
class LooseningTest {
    @TempDir private Path directory;

    /** An authoriser of any name that lets everybody in. */
    private record OpenGate(String name) implements AuthorizerProvider {
        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public boolean usesDataDirectory(Config config) {
            return false;
        }

        @Override
        public Authorizer create(Config config, PluginContext context) {
            return new Authorizer() {
                @Override
                public boolean allows(Principal principal, String host, Action action) {
                    return true;
                }

                @Override
                public void close() {}
            };
        }
    }

    private BrokerBuilder broker() {
        return new BrokerBuilder()
                .plugin(new OpenGate("gate"))
                .plugin(new OpenGate("door"))
                .set("data.directory", directory.resolve("data").toString())
                .set("listeners", "127.0.0.1:0");
    }

    private static String refusal(BrokerBuilder builder) {
        try {
            builder.checkStart();
        } catch (ConfigException refused) {
            return String.valueOf(refused.getMessage());
        }
        throw new AssertionError("nothing was refused");
    }

    @Test
    void whatWasAssembledHoldsUnderAFileOfOnesOwn() {
        BrokerBuilder builder =
                broker().assembled("conf/mortise.yaml", Map.of("plugins.authorizer", "gate"))
                        .layer("mortise.yaml", Map.of("net.threads", "1"));
        try (Broker broker = builder.start()) {
            assertThat(broker.status().authorizer()).contains("gate");
        }
    }

    @ParameterizedTest
    @CsvSource({"none", "door"})
    void theAuthoriserOfAnAssemblyIsNotDroppedOrReplacedUnasked(String other) {
        BrokerBuilder builder =
                broker().assembled("conf/mortise.yaml", Map.of("plugins.authorizer", "gate"))
                        .layer("mortise.yaml", Map.of("plugins.authorizer", other));

        assertThat(refusal(builder))
                .isEqualTo(
                        "plugins.authorizer: '"
                                + other
                                + "' (from mortise.yaml) takes away the authoriser 'gate' that the assembly (conf/mortise.yaml) had; undo it, or, if it is meant, set allow-loosening to plugins.authorizer");
        assertThatThrownBy(builder::start).isInstanceOf(ConfigException.class);

        builder.set("allow-loosening", "plugins.authorizer");
        assertThatCode(builder::check).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "durability, fsync, page-cache, acknowledgements that wait for an fsync",
                "log.flush.interval.messages, 1, 2, an fsync every 1 records",
                "topic-defaults.flush-ms, 100, 1000, an fsync every 100 ms",
                "min.insync.replicas, 2, 1, acknowledgements of 2 replicas",
                "default.replication.factor, 3, 1, 3 replicas of new topics",
                "plugins.storage, local, memory, records that outlive the broker's process",
            })
    void eachProtectionOfAnAssemblyIsHeldToItsKey(
            String key, String assembled, String own, String lost) {
        BrokerBuilder builder =
                broker().assembled("assembly", Map.of(key, assembled))
                        .layer("own", Map.of(key, own));

        assertThat(refusal(builder))
                .contains("'" + own + "' (from own) takes away " + lost + " that the assembly");

        assertThatCode(() -> builder.set("allow-loosening", key).check())
                .doesNotThrowAnyException();
        assertThatCode(() ->
                        broker().assembled("assembly", Map.of(key, own))
                                .layer("own", Map.of(key, assembled))
                                .check())
                .as("more protection than before is nobody's loss")
                .doesNotThrowAnyException();
    }

    @Test
    void aQuorumThatWouldForgetIsALossToo() {
        BrokerBuilder builder =
                broker().assembled("assembly", Map.of("plugins.storage", "memory"))
                        .set("consensus.raft.storage", "memory");

        assertThat(refusal(builder))
                .startsWith("plugins.consensus: ")
                .contains("topics that outlive the broker's process");
    }

    @Test
    void whatTheLastStartProtectedIsNotTakenAwayUnasked() {
        broker().set("plugins.authorizer", "gate").set("durability", "fsync").start().close();

        String refusal = refusal(broker());
        assertThat(refusal)
                .contains(
                        "plugins.authorizer: 'none' (the default) takes away the authoriser 'gate' that the last start on "
                                + directory.resolve("data")
                                + " had",
                        "durability: 'page-cache' (the default)");
        assertThatThrownBy(() -> broker().start()).hasMessage(refusal);
        assertThatThrownBy(() -> broker().start())
                .as("a start that was refused changes nothing")
                .hasMessage(refusal);

        broker().set("allow-loosening", "plugins.authorizer, durability").start().close();
        broker().start().close();
    }

    @Test
    void aLooseningThatNobodyKnowsIsNamed() {
        assertThat(refusal(broker().set("allow-loosening", "durability, net.threads")))
                .startsWith(
                        "allow-loosening: 'net.threads' is no key whose loosening is refused; those are durability, plugins.authorizer, ");
    }

    @Test
    void keysOfAnAssembledPluginThatWasReplacedAreNobodysMistake() {
        Map<String, String> assembly =
                Map.of("plugins.storage", "local", "storage.local.open-files", "100");
        assertThatCode(() ->
                        broker().assembled("assembly", assembly)
                                .set("plugins.storage", "memory")
                                .set("allow-loosening", "plugins.storage")
                                .check())
                .doesNotThrowAnyException();
        assertThat(
                        refusal(
                                broker().assembled(
                                                "assembly",
                                                Map.of(
                                                        "plugins.storage",
                                                        "memory",
                                                        "storage.local.open-files",
                                                        "100"))))
                .contains("is a key of storage-local, which is not chosen");
    }

    @Test
    void theOriginOfAnAssembledValueIsTold() {
        BrokerBuilder builder =
                broker().assembled(
                                "conf/mortise.yaml", Map.of("node.id", "3", "durability", "fsync"))
                        .layer("mortise.yaml", Map.of("node.id", "4"));
        assertThat(
                        builder.reference().concerns().stream()
                                .flatMap(concern -> concern.keys().keys().stream())
                                .filter(key ->
                                        List.of("node.id", "durability").contains(key.name()))
                                .map(key -> builder.reference().configured(key).orElseThrow()))
                .containsExactly(
                        new ConfiguredValue("4", "mortise.yaml", "node.id"),
                        new ConfiguredValue("fsync", "conf/mortise.yaml", "durability"));
    }
}
