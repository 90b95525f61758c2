package mortise.tck.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.ServiceLoader;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.spi.Provider;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/**
 * What every plugin owes its broker, whatever it does: a name, documented keys of its own, a
 * creation that does nothing yet, a close that leaves nothing behind, and no call that ends the
 * process.
 */
public interface PluginContract {
    /** The plugin; asked for once per use. */
    Provider<?> provider();

    /** The service that it provides, such as {@code StorageProvider}. */
    Class<? extends Provider<?>> service();

    /** What the operator calls its kind, such as {@code storage}. */
    String kind();

    /** What its configuration sets; nothing unless overridden. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /** Where a test runs: on a fresh simulated disk, unless overridden. */
    default SimContext context() {
        return SimContext.on(SimDisk.create(1), 1);
    }

    private AutoCloseable created(SimContext context) {
        Provider<?> provider = provider();
        return provider.create(Config.of(provider.config(), settings()), context);
    }

    @Test
    default void itsNameIsLowerCaseWithDashes() {
        assertThat(provider().name()).matches("[a-z][a-z0-9-]{0,63}");
    }

    @Test
    default void itIsFoundAsAService() {
        assertThat(ServiceLoader.load(service()).stream().map(ServiceLoader.Provider::type))
                .as(
                        "providers of %s that are declared, in module-info.java or META-INF/services",
                        service().getName())
                .anyMatch(type -> type.equals(provider().getClass()));
    }

    @Test
    default void itsKeysBearItsNameAndAreDocumented() {
        String prefix = kind() + "." + provider().name() + ".";
        for (ConfigKey<?> key : provider().config().keys()) {
            assertThat(key.name()).startsWith(prefix);
            assertThat(key.doc()).as("the documentation of %s", key).endsWith(".");
        }
    }

    @Test
    default void creatingItStartsNoThread() throws Exception {
        LiveThreads before = new LiveThreads();
        try (AutoCloseable created = created(context())) {
            assertThat(before.later())
                    .as("threads that the creation of %s started", created)
                    .isEmpty();
        }
    }

    @Test
    default void closingItLeavesNoThreadBehind() throws Exception {
        LiveThreads before = new LiveThreads();
        created(context()).close();
        assertThat(before.laterForGood()).as("threads that outlive the plugin").isEmpty();
    }

    @Test
    default void itNeverEndsTheProcess() {
        assertThat(ProcessEnders.besideClass(provider().getClass()))
                .as("calls that end the process; a plugin throws instead")
                .isEmpty();
    }
}
