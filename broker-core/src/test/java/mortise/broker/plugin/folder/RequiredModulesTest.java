package mortise.broker.plugin.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder's modules get what lies beside them and what brokers offer, and nothing else. */
class RequiredModulesTest {
    @TempDir private Path directory;
    private Path folder = Path.of("");
    private ModuleLayer broker = ModuleLayer.empty();

    /** A layer with a library of the broker's own, and with one that it offers. */
    @BeforeEach
    void makeBroker() throws IOException {
        folder = directory.resolve("folder");
        Path library =
                new SmallJar()
                        .module("brokers.own")
                        .type("brokers.own.Thing")
                        .write(directory.resolve("broker/own.jar"));
        Path offered =
                new SmallJar()
                        .module("org.slf4j")
                        .type("org.slf4j.Logger")
                        .write(directory.resolve("broker/slf4j.jar"));
        Configuration configuration =
                ModuleLayer.boot()
                        .configuration()
                        .resolve(
                                ModuleFinder.of(library, offered),
                                ModuleFinder.of(),
                                Set.of("brokers.own", "org.slf4j"));
        broker =
                ModuleLayer.defineModulesWithOneLoader(
                                configuration,
                                List.of(ModuleLayer.boot()),
                                ClassLoader.getPlatformClassLoader())
                        .layer();
    }

    private void plugin(String... requires) throws IOException {
        new SmallJar()
                .module("some.plugin", requires)
                .type("some.plugin.Thing")
                .write(folder.resolve("plugin.jar"));
    }

    private PluginFolder load() {
        return PluginFolder.load("folder", folder, broker);
    }

    private Module loaded(String name) {
        return load().layer().findModule(name).orElseThrow();
    }

    private void isRefused(String reason) {
        assertThatThrownBy(this::load)
                .isInstanceOf(RefusedFolderException.class)
                .hasMessage(reason);
    }

    @Test
    void oneThatOnlyTheBrokerHasIsRefusedByName() throws IOException {
        plugin("brokers.own");
        isRefused(
                "module some.plugin requires brokers.own, which is not in its folder (what the broker has for itself is not for plugins); put its jar there");
    }

    @Test
    void oneThatNobodyHasIsRefusedByName() throws IOException {
        plugin("no.such.library");
        isRefused(
                "module some.plugin requires no.such.library, which is not in its folder; put its jar there");
    }

    @Test
    void allThatAreMissingAreNamedAtOnceWithWhoRequiresThem() throws IOException {
        plugin("lib.one", "lib.two", "other.plugin");
        new SmallJar().module("other.plugin", "brokers.own").write(folder.resolve("other.jar"));
        isRefused(
                "module other.plugin requires brokers.own, module some.plugin requires lib.one, lib.two, which are not in its folder (what the broker has for itself is not for plugins); put their jars there");
    }

    @Test
    void anotherNameOfAJarThatIsThereIsSuggested() throws IOException {
        plugin("some.librari");
        new SmallJar().type("a.library.Thing").write(folder.resolve("some-library-1.0.jar"));
        isRefused(
                "module some.plugin requires some.librari, which is not in its folder; put its jar there, or did you mean some.library?");
    }

    @Test
    void aModuleOfJavaThatWasNotStartedWithIsToBeAdded() throws IOException {
        plugin("jdk.incubator.vector");
        isRefused(
                "module some.plugin requires jdk.incubator.vector, with which Java was not started; start with MORTISE_JAVA_OPTIONS=--add-modules=jdk.incubator.vector");
    }

    @Test
    void aFoldersOwnIsUsedAlthoughTheBrokerHasOneToo() throws IOException {
        plugin("brokers.own");
        new SmallJar().module("brokers.own").type("their.Thing").write(folder.resolve("own.jar"));
        PluginFolder loaded = load();
        Module own = loaded.layer().findModule("brokers.own").orElseThrow();
        assertThat(own.getLayer()).isSameAs(loaded.layer());
        assertThat(loaded.layer().findModule("some.plugin").orElseThrow().canRead(own)).isTrue();
    }

    @Test
    void aJarWithoutADescriptorIsFoundByItsDerivedName() throws IOException {
        plugin("some.library");
        new SmallJar().type("a.library.Thing").write(folder.resolve("some-library-1.0.jar"));
        PluginFolder loaded = load();
        assertThat(
                        loaded.layer()
                                .findModule("some.plugin")
                                .orElseThrow()
                                .canRead(loaded.layer().findModule("some.library").orElseThrow()))
                .isTrue();
    }

    @Test
    void whatIsOfferedIsThere() throws IOException {
        plugin("org.slf4j", "java.logging");
        assertThat(loaded("some.plugin").canRead(broker.findModule("org.slf4j").orElseThrow()))
                .isTrue();
    }

    /**
     * As if nobody had it: else a plugin would do one thing in one assembly, another in the next.
     */
    @Test
    void oneThatIsOptionalIsNotTakenFromTheBroker() throws IOException {
        plugin("static brokers.own", "static no.such.library", "org.slf4j");
        Module plugin = loaded("some.plugin");
        assertThat(plugin.canRead(broker.findModule("brokers.own").orElseThrow())).isFalse();
        assertThat(plugin.canRead(broker.findModule("org.slf4j").orElseThrow())).isTrue();
        assertThat(plugin.getPackages()).containsExactly("some.plugin");
    }

    @Test
    void oneThatIsOptionalIsTakenFromTheFolder() throws IOException {
        plugin("static brokers.own");
        new SmallJar().module("brokers.own").type("their.Thing").write(folder.resolve("own.jar"));
        PluginFolder loaded = load();
        assertThat(
                        loaded.layer()
                                .findModule("some.plugin")
                                .orElseThrow()
                                .canRead(loaded.layer().findModule("brokers.own").orElseThrow()))
                .isTrue();
    }
}
