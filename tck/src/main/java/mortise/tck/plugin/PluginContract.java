package mortise.tck.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.spi.Lifecycle;
import mortise.spi.Provider;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/**
 * What every plugin owes its broker, whatever it does: a name, documented keys of its own, a
 * creation that only allocates, a close that leaves nothing behind whether it was started or not,
 * and no call that ends the process.
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

    private String named() {
        return kind() + " plugin '" + provider().name() + "'";
    }

    private Lifecycle created(SimContext context) {
        Provider<?> provider = provider();
        return provider.create(Config.of(provider.config(), settings()), context);
    }

    @Test
    default void itsNameIsLowerCaseWithDashes() {
        assertThat(provider().name())
                .as("a plugin's name, which is lower case with digits and dashes, such as 'local'")
                .matches("[a-z][a-z0-9-]{0,63}");
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
            assertThat(key.name())
                    .as("a key of %s, which begins with its kind and name", named())
                    .startsWith(prefix);
            assertThat(key.doc())
                    .as("the documentation of %s, which is a sentence", key.name())
                    .endsWith(".");
        }
    }

    @Test
    default void creatingItStartsNoThread() throws Exception {
        LiveThreads before = new LiveThreads();
        try (Lifecycle _ = created(context())) {
            assertThat(before.later())
                    .as("threads that create of %s started; start() may", named())
                    .isEmpty();
        }
    }

    /** What needs a file, a connection or a wait belongs into {@link Lifecycle#start}. */
    @Test
    default void creatingItOnlyComputes() throws Exception {
        created(context()).close(); // loads classes
        SimContext context = context();
        Provider<?> provider = provider();
        Config config = Config.of(provider.config(), settings());
        List<Lifecycle> made = new ArrayList<>();
        List<String> effects = SideEffects.of(() -> made.add(provider.create(config, context)));
        made.forEach(Lifecycle::close);
        assertThat(effects)
                .as(
                        "what create of %s does beside checking and allocating; move it to start()",
                        named())
                .isEmpty();
    }

    @Test
    default void itSaysNothingOfFailuresOnceItHasStarted() throws Exception {
        try (Lifecycle started = created(context())) {
            started.start();
            assertThat(started.failure())
                    .as("what failure() of %s says right after start()", named())
                    .isEmpty();
        }
    }

    @Test
    default void closingItLeavesNoThreadBehind() throws Exception {
        LiveThreads before = new LiveThreads();
        created(context()).close();
        assertThat(before.laterForGood())
                .as("threads that outlive %s, which was closed without being started", named())
                .isEmpty();
        try (Lifecycle started = created(context())) {
            started.start();
        }
        assertThat(before.laterForGood())
                .as("threads that outlive %s, which was started and closed", named())
                .isEmpty();
    }

    @Test
    default void itNeverEndsTheProcess() {
        assertThat(ProcessEnders.besideClass(provider().getClass()))
                .as("calls in %s that end the process; a plugin throws instead", named())
                .isEmpty();
    }
}
