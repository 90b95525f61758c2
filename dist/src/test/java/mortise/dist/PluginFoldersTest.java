package mortise.dist;

import static mortise.dist.PluginDirectory.lastLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of strangers' jars, seen by the assembled broker. */
class PluginFoldersTest {
    private static final Path LIBRARIES = Path.of("target/libraries").toAbsolutePath();

    @TempDir private Path directory;
    private Path plugins = Path.of("");

    @BeforeEach
    void makePluginDirectory() throws IOException {
        plugins = Files.createDirectories(directory.resolve("plugins"));
    }

    // an authoriser in one class; each part may be made to misbehave
    private static String authorizer(String name, String constructor, String create, String close) {
        return String.format(
                Locale.ROOT,
                """
                package stranger.%2$s;

                import mortise.api.config.Config;
                import mortise.api.config.ConfigSchema;
                import mortise.spi.PluginContext;
                import mortise.spi.auth.Action;
                import mortise.spi.auth.Authorizer;
                import mortise.spi.auth.AuthorizerProvider;
                import mortise.spi.auth.Principal;

                public final class Gate implements AuthorizerProvider {
                    public Gate() { %3$s }
                    public String name() { return "%1$s"; }
                    public ConfigSchema config() { return ConfigSchema.empty(); }
                    public Authorizer create(Config config, PluginContext context) {
                        %4$s
                        return new Authorizer() {
                            public boolean allows(Principal principal, String host, Action action) {
                                if (action.name().equals("broken")) { throw new IllegalStateException("no idea"); }
                                return !action.name().startsWith("secret");
                            }
                            public void close() { %5$s }
                        };
                    }
                }
                """,
                name,
                name.replace("-", ""),
                constructor,
                create,
                close);
    }

    private static String module(String name, String... requires) {
        StringBuilder text =
                new StringBuilder("module stranger." + name + " { requires mortise.spi;");
        for (String required : requires) {
            text.append(" requires ").append(required).append(';');
        }
        return text.append(
                        " provides mortise.spi.auth.AuthorizerProvider with stranger."
                                + name
                                + ".Gate; }")
                .toString();
    }

    private void gate(String name, String constructor, String create, String close)
            throws IOException {
        new PluginJars()
                .source(module(name))
                .source(authorizer(name, constructor, create, close))
                .version("1.2.3")
                .write(plugins.resolve(name).resolve(name + ".jar"));
    }

    private void gate(String name) throws IOException {
        gate(name, "", "", "");
    }

    private String list() {
        return new PluginDirectory(directory).list();
    }

    private BrokerProcess start(String... settings) {
        return new PluginDirectory(directory).start(settings);
    }

    private BrokerProcess.Finished startFails(String... settings) {
        return new PluginDirectory(directory).startFails(settings);
    }

    @Test
    void aStrangersPluginIsListedChosenAndAsked() throws Exception {
        gate("gate");
        assertThat(list())
                .contains(
                        "{\"kind\":\"authorizer\",\"name\":\"gate\",\"state\":\"available\",\"version\":\"1.2.3\",\"spiVersion\":\"0.1.0-SNAPSHOT\",\"from\":\"plugins/gate\"");
        try (BrokerProcess broker = start("plugins.authorizer=gate")) {
            for (String topic : List.of("open", "secrets", "broken")) {
                JavaClient.createTopic(broker.bootstrap(), topic, 1);
            }
            RealLines.Line line = new RealLines.Line("key", "value");
            JavaClient.produce(broker.bootstrap(), "open", "none", List.of(line));
            // what an authoriser cannot decide is denied
            for (String denied : List.of("secrets", "broken")) {
                assertThatThrownBy(() ->
                                JavaClient.produce(
                                        broker.bootstrap(), denied, "none", List.of(line)))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(TopicAuthorizationException.class);
            }
            assertThat(BrokerProcess.run("plugins", "--bootstrap", broker.bootstrap()).out())
                    .containsPattern("(?m)^authorizer +gate +started +\\d+ .* [1-9]\\d*$")
                    .containsPattern("(?m)^storage +local +started +\\d+ .* 0$");
            assertThat(Files.readString(directory.resolve("data.log")))
                    .contains(
                            "authorizer plugin 'gate' (plugins/gate) failed in allows: java.lang.IllegalStateException: no idea");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "7.1.0, which is newer",
        "0.2.0-SNAPSHOT, which is newer",
        "0.0.9, which is incompatible",
        "next, which is no version of it"
    })
    void aPluginForOtherInterfacesIsRefusedWithBothVersions(String version, String reason)
            throws Exception {
        gate("gate");
        new PluginJars()
                .source(module("future"))
                .source(authorizer("future", "", "", ""))
                .version("1.2.3")
                .compiledAgainst(version)
                .write(plugins.resolve("future/future.jar"));
        assertThat(list())
                .contains(
                        "\"from\":\"plugins/future\"",
                        "module stranger.future@1.2.3 was compiled against mortise.",
                        " " + version + ", this broker has 0.1.0-SNAPSHOT: " + reason,
                        "\"name\":\"gate\",\"state\":\"available\"");
        assertThat(lastLine(startFails("plugins.authorizer=future")))
                .contains(
                        "there is no authorizer plugin named 'future'; known are gate; refused: plugins/future: module stranger.future@1.2.3 was compiled against");
    }

    @Test
    void onesThatCannotBeMadeHinderNobodyElse() throws Exception {
        gate("thrower", "throw new IllegalStateException(\"not today\");", "", "");
        gate("hanger", "while (true) { java.util.concurrent.locks.LockSupport.park(); }", "", "");
        new PluginJars()
                .source(module("Loud"))
                .source(authorizer("Loud", "", "", ""))
                .write(plugins.resolve("loud/loud.jar"));
        Files.writeString(
                Files.createDirectories(plugins.resolve("damaged")).resolve("damaged.jar"), "zip?");
        Files.createDirectories(plugins.resolve("empty"));
        Files.writeString(plugins.resolve("loose.jar"), "");
        gate("gate");
        try (BrokerProcess broker = start("plugins.authorizer=gate")) {
            JavaClient.createTopic(broker.bootstrap(), "open", 1);
        }
        assertThat(Files.readString(directory.resolve("data.log")))
                .contains(
                        "refused plugins/thrower: authorizer plugin stranger.thrower.Gate cannot be made: java.lang.IllegalStateException: not today",
                        "refused plugins/hanger: authorizer plugin stranger.hanger.Gate did not return from its constructor within 10s; it is at ",
                        "refused plugins/loud: stranger.Loud.Gate (plugins/loud) is named 'Loud'; a plugin's name is lower case",
                        "refused plugins/damaged: damaged.jar cannot be read as a jar",
                        "refused plugins/empty: the folder holds no jar",
                        "refused plugins/loose.jar: a jar beside the plugin folders is not looked at");
    }

    @Test
    void oneThatCannotSayWhatItNeedsIsNamedAndHindersNoList() throws Exception {
        gate("sound");
        new PluginJars()
                .source(module("mute"))
                .source(
                        authorizer("mute", "", "", "")
                                .replace(
                                        "public Gate()",
                                        """
                                        public boolean usesDataDirectory(Config config) { throw new IllegalStateException("no idea"); }
                                        public java.util.Set<mortise.spi.Capability> capabilities(Config config) { throw new IllegalStateException("who knows"); }
                                        public Gate()\
                                        """))
                .write(plugins.resolve("mute/mute.jar"));
        assertThat(list())
                .contains(
                        "\"name\":\"sound\",\"state\":\"available\"",
                        "authorizer plugin 'mute' (plugins/mute) failed in capabilities: java.lang.IllegalStateException: who knows");
        assertThat(lastLine(startFails("plugins.authorizer=mute")))
                .isEqualTo(
                        "mortise: authorizer plugin 'mute' (plugins/mute) failed in usesDataDirectory: java.lang.IllegalStateException: no idea");
    }

    @Test
    void oneThatThrowsWhenItIsMadeIsNamedWithTheChainOfCauses() throws Exception {
        gate(
                "gate",
                "",
                "if (true) { throw new IllegalStateException(\"not today\", new java.io.IOException(\"db:5432\", new java.net.ConnectException())); }",
                "");
        assertThat(lastLine(startFails("plugins.authorizer=gate")))
                .isEqualTo(
                        "mortise: authorizer plugin 'gate' (plugins/gate) failed in create: java.lang.IllegalStateException: not today, caused by java.io.IOException: db:5432, caused by java.net.ConnectException");
    }

    /** A broker's pool may first need its thread in a plugin's call. */
    @Test
    void threadsOfTheBrokerAreNotTakenForThoseOfAPluginThatNeededThemFirst() throws Exception {
        gate(
                "gate",
                "",
                """
                context.timers().schedule(java.time.Duration.ofHours(1), () -> {});
                new java.util.concurrent.CompletableFuture<String>().orTimeout(1, java.util.concurrent.TimeUnit.HOURS);
                """,
                "");
        try (BrokerProcess broker = start("plugins.authorizer=gate")) {
            JavaClient.createTopic(broker.bootstrap(), "open", 1);
        }
        assertThat(new PluginDirectory(directory).log())
                .contains("is ready after")
                .doesNotContain("left threads running", "ERROR");
    }

    private static Path brokersOwn(String name) throws IOException {
        try (Stream<Path> jars = Files.list(BrokerProcess.HOME.resolve("lib"))) {
            return jars.filter(jar -> jar.getFileName().toString().matches(name + "-\\d.*"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What an author copies who copies all dependencies. */
    @Test
    void copiesOfWhatTheBrokerSharesAreLeftOutAndThePluginsLoggingIsHeard() throws Exception {
        Path folder = Files.createDirectories(plugins.resolve("talker"));
        List<Path> copied =
                List.of(
                        brokersOwn("slf4j-api"),
                        brokersOwn("mortise-spi"),
                        brokersOwn("logback-classic"),
                        brokersOwn("logback-core"));
        for (Path jar : copied) {
            Files.copy(jar, folder.resolve(jar.getFileName()));
        }
        new PluginJars()
                .with(copied.getFirst())
                .source(module("talker", "org.slf4j"))
                .source(
                        authorizer(
                                "talker",
                                "",
                                "org.slf4j.LoggerFactory.getLogger(\"stranger.talker\").info(\"made by hand\");",
                                ""))
                .write(folder.resolve("talker.jar"));
        start("plugins.authorizer=talker").close();
        assertThat(new PluginDirectory(directory).log())
                .contains("made by hand")
                .containsPattern(
                        "plugins/talker: slf4j-api-\\S+.jar is left out, org.slf4j is the broker's; remove the copy")
                .containsPattern(
                        "plugins/talker: mortise-spi-\\S+.jar is left out, mortise.spi is the broker's")
                .containsPattern("plugins/talker: logback-classic-\\S+.jar is not used for logging")
                .doesNotContain("No SLF4J providers");
    }

    @Test
    void oneThatHangsWhenItIsMadeIsNamed() throws Exception {
        gate(
                "gate",
                "",
                "while (context != null) { java.util.concurrent.locks.LockSupport.park(); }",
                "");
        assertThat(lastLine(startFails("plugins.authorizer=gate", "plugins.create-timeout=250ms")))
                .startsWith(
                        "mortise: authorizer plugin 'gate' (plugins/gate) did not return from create within 250ms; it is at ");
    }

    @ParameterizedTest
    @CsvSource({
        "throw new IllegalStateException(\"not today\");, failed in start: java.lang.IllegalStateException: not today",
        "while (true) { java.util.concurrent.locks.LockSupport.park(); }, did not return from start within 1s; it is at "
    })
    void aStoreThatDoesNotStartIsNamed(String start, String expected) throws Exception {
        new PluginJars()
                .source(
                        "module stranger.store { requires mortise.spi; provides mortise.spi.storage.StorageProvider with stranger.store.Store; }")
                .source(
                        String.format(
                                Locale.ROOT,
                                """
                                package stranger.store;

                                import java.lang.reflect.Proxy;
                                import mortise.api.config.Config;
                                import mortise.api.config.ConfigSchema;
                                import mortise.spi.PluginContext;
                                import mortise.spi.storage.LogStore;
                                import mortise.spi.storage.StorageProvider;

                                public final class Store implements StorageProvider {
                                    public String name() { return "stuck"; }
                                    public ConfigSchema config() { return ConfigSchema.empty(); }
                                    public LogStore create(Config config, PluginContext context) {
                                        return (LogStore) Proxy.newProxyInstance(
                                            Store.class.getClassLoader(), new Class<?>[] {LogStore.class},
                                            (proxy, method, arguments) -> {
                                                if (method.getName().equals("start")) { %s }
                                                return null;
                                            });
                                    }
                                }
                                """,
                                start))
                .write(plugins.resolve("store/store.jar"));
        assertThat(lastLine(startFails("plugins.storage=stuck", "plugins.start-timeout=1s")))
                .startsWith("mortise: storage plugin 'stuck' (plugins/store) " + expected);
    }

    @Test
    void oneThatLeavesAThreadBehindIsNamed() throws Exception {
        gate(
                "gate",
                "",
                """
                new Thread(() -> { while (true) { java.util.concurrent.locks.LockSupport.park(); } }, "own-thread").start();
                context.threads("given").newThread(() -> { while (true) { java.util.concurrent.locks.LockSupport.park(); } }).start();
                """,
                "");
        start("plugins.authorizer=gate").close();
        assertThat(Files.readString(directory.resolve("data.log")))
                .contains(
                        "authorizer plugin 'gate' (plugins/gate) was closed and left threads running: gate-given-0, own-thread");
    }

    @Test
    void oneThatFailsWhenItIsClosedIsNamedAndTheRestIsClosed() throws Exception {
        gate("gate", "", "", "throw new IllegalStateException(\"not now\");");
        try (BrokerProcess broker = start("plugins.authorizer=gate")) {
            JavaClient.createTopic(broker.bootstrap(), "open", 1);
        }
        assertThat(Files.readString(directory.resolve("data.log")))
                .contains(
                        "authorizer plugin 'gate' (plugins/gate) failed in close: java.lang.IllegalStateException: not now");
        // the data directory was let go, cleanly
        start("allow-loosening=plugins.authorizer").close();
    }

    @Test
    void eachHasItsLibrariesInItsOwnVersions() throws Exception {
        libraryUser("old", "HdrHistogram-2.1.12.jar", "jackson-core-2.17.3.jar");
        libraryUser("new", "HdrHistogram-2.1.9.jar", "jackson-core-2.18.3.jar");
        assertThat(list())
                .contains(
                        "\"name\":\"hdr-2-1-12-jackson-2-17-3\",\"state\":\"available\"",
                        "\"name\":\"hdr-2-1-9-jackson-2-18-3\",\"state\":\"available\"");
        try (BrokerProcess broker = start("plugins.authorizer=hdr-2-1-12-jackson-2-17-3")) {
            JavaClient.createTopic(broker.bootstrap(), "open", 1);
        }
    }

    // HdrHistogram has no module descriptor, jackson-core has one; the broker has both in another
    // version
    private void libraryUser(String name, String histogram, String jackson) throws IOException {
        Path folder = Files.createDirectories(plugins.resolve(name));
        for (String library : List.of(histogram, jackson)) {
            Files.copy(LIBRARIES.resolve(library), folder.resolve(library));
        }
        String source =
                authorizer("name", "", "", "")
                        .replace(
                                "return \"name\";",
                                """
                                org.HdrHistogram.Histogram histogram = new org.HdrHistogram.Histogram(2);
                                histogram.recordValue(histogram.getTotalCount());
                                String jar = org.HdrHistogram.Histogram.class.getResource("Histogram.class").toString();
                                return "hdr-" + jar.replaceAll(".*HdrHistogram-(.*)[.]jar!.*", "$1").replace('.', '-')
                                    + "-jackson-" + com.fasterxml.jackson.core.json.PackageVersion.VERSION.toString().replace('.', '-');
                                """);
        new PluginJars()
                .with(folder.resolve(histogram))
                .with(folder.resolve(jackson))
                .source(module("name", moduleOf(histogram), moduleOf(jackson)))
                .source(source)
                .write(folder.resolve("plugin.jar"));
    }

    private static String moduleOf(String library) {
        return ModuleFinder.of(LIBRARIES.resolve(library))
                .findAll()
                .iterator()
                .next()
                .descriptor()
                .name();
    }

    @Test
    void packagesMayBeSplitBetweenLibraries() throws Exception {
        Path folder = plugins.resolve("split");
        Path left =
                new PluginJars()
                        .source(
                                "package shared; public class Left { public static String text() { return \"left\"; } }")
                        .write(folder.resolve("left-1.0.jar"));
        Path right =
                new PluginJars()
                        .with(left)
                        .source(
                                "package shared; public class Right { public static String text() { return Left.text() + \"-right\"; } }")
                        .write(folder.resolve("right-2.0.jar"));
        // javac itself refuses to read both modules, so the plugin names only one of them
        new PluginJars()
                .with(right)
                .source(module("split", "right"))
                .source(
                        authorizer("split", "", "", "")
                                .replace("return \"split\";", "return shared.Right.text();"))
                .write(folder.resolve("split.jar"));
        assertThat(list()).contains("\"name\":\"left-right\",\"state\":\"available\"");
    }

    @Test
    void aPlainJarWithoutADescriptorWorks() throws Exception {
        new PluginJars()
                .source(
                        authorizer("plain", "", "", "")
                                .replace(
                                        "return \"plain\";",
                                        """
                                        try (var in = Gate.class.getResourceAsStream("/stranger/name.txt")) {
                                            return new String(in.readAllBytes());
                                        } catch (java.io.IOException impossible) {
                                            return "unreadable";
                                        }
                                        """))
                .file(
                        "META-INF/services/mortise.spi.auth.AuthorizerProvider",
                        "# found as on a class path\nstranger.plain.Gate\n")
                .file("stranger/name.txt", "plain-jar")
                .write(plugins.resolve("plain/plain.jar"));
        assertThat(list()).contains("\"name\":\"plain-jar\",\"state\":\"available\"");
        try (BrokerProcess broker = start("plugins.authorizer=plain-jar")) {
            JavaClient.createTopic(broker.bootstrap(), "open", 1);
        }
    }

    @Test
    void aLibraryWhoseDescriptorCannotBeReadIsUsedAsIfItHadNone() throws Exception {
        Path folder = plugins.resolve("gate");
        Path library =
                new PluginJars()
                        .source(
                                "package some.library; public class Thing { public static String text() { return \"thing\"; } }")
                        .write(directory.resolve("thing-1.0.jar"));
        new PluginJars()
                .with(library)
                .source(module("gate", "thing"))
                .source(
                        authorizer("gate", "", "", "")
                                .replace("return \"gate\";", "return some.library.Thing.text();"))
                .write(folder.resolve("gate.jar"));
        new PluginJars()
                .source(
                        "package some.library; public class Thing { public static String text() { return \"thing\"; } }")
                .file("META-INF/versions/9/module-info.class", "no class file")
                .file("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMulti-Release: true\n")
                .write(folder.resolve("thing-1.0.jar"));
        assertThat(list()).contains("\"name\":\"thing\",\"state\":\"available\"");
        try (BrokerProcess broker = start("plugins.authorizer=thing")) {
            JavaClient.createTopic(broker.bootstrap(), "open", 1);
        }
        assertThat(Files.readString(directory.resolve("data.log")))
                .contains(
                        "plugins/gate: thing-1.0.jar has a module descriptor that cannot be read",
                        "it is used as if it had none");
    }

    @Test
    void twoOfOneNameAreBothRefused() throws Exception {
        gate("gate");
        new PluginJars()
                .source(module("gate"))
                .source(authorizer("gate", "", "", ""))
                .write(plugins.resolve("twin/twin.jar"));
        assertThat(lastLine(startFails("plugins.authorizer=gate")))
                .contains(
                        "two authorizer plugins are named 'gate': stranger.gate.Gate (plugins/gate) and stranger.gate.Gate (plugins/twin); remove one");
    }

    @Test
    void aModuleThatIsMissingIsNamed() throws Exception {
        Path library =
                new PluginJars()
                        .source("module some.library { exports some.library; }")
                        .source("package some.library; public class Thing {}")
                        .write(directory.resolve("library.jar"));
        new PluginJars()
                .with(library)
                .source(module("gate", "some.library"))
                .source(authorizer("gate", "", "", ""))
                .write(plugins.resolve("gate/gate.jar"));
        assertThat(list())
                .contains(
                        "module stranger.gate requires some.library, which is not in its folder; put its jar there");
    }

    @Test
    void keysOutsideAPluginsOwnNameAreRefused() throws Exception {
        new PluginJars()
                .source(module("greedy"))
                .source(
                        authorizer("greedy", "", "", "")
                                .replace(
                                        "return ConfigSchema.empty();",
                                        "return ConfigSchema.of(mortise.api.config.ConfigKey.of(\"node.id\", mortise.api.config.ConfigType.INT, \"Mine.\"));"))
                .write(plugins.resolve("greedy/greedy.jar"));
        assertThat(list())
                .contains(
                        "authorizer plugin 'greedy' (plugins/greedy) declares the configuration key node.id; its keys must begin with authorizer.greedy.");
    }

    /** It would be the authoriser of a configuration that wants none. */
    @Test
    void noPluginMayBeNamedNone() throws Exception {
        new PluginJars()
                .source(module("none"))
                .source(authorizer("none", "", "", ""))
                .write(plugins.resolve("gate/gate.jar"));
        assertThat(list())
                .contains(
                        "is named 'none', by which a configuration says that it wants no such plugin; give it another name");
    }

    @Test
    void verifyTellsAPluginsAuthorWhatABrokerWouldSay() throws Exception {
        gate("gate");
        BrokerProcess.Finished good =
                BrokerProcess.run("plugins", "verify", plugins.resolve("gate").toString());
        assertThat(good.status()).as(good.err()).isZero();
        assertThat(good.out()).contains("authorizer  gate  available  1.2.3");
        gate("thrower", "throw new IllegalStateException(\"not today\");", "", "");
        BrokerProcess.Finished bad =
                BrokerProcess.run("plugins", "verify", plugins.resolve("thrower").toString());
        assertThat(bad.status()).isEqualTo(1);
        assertThat(bad.out()).contains("refused  plugins/thrower: ", "not today");
    }

    @Test
    void verifyTellsEverythingThatAStartWouldComplainOf() throws Exception {
        gate("gate");
        new PluginJars()
                .source("package some.library; public class Thing {}")
                .file("not-a-name/Thing.class", "any")
                .write(plugins.resolve("gate/thing.jar"));
        BrokerProcess.Finished warned =
                BrokerProcess.run("plugins", "verify", plugins.resolve("gate").toString());
        assertThat(warned.status()).as(warned.err()).isZero();
        assertThat(warned.out())
                .contains(
                        "authorizer  gate  available",
                        "warning  plugins/gate: thing.jar: package not-a-name is no Java name, so its classes cannot be loaded");
        // what goes wrong only when it is made
        gate("maker", "", "if (true) { throw new NoClassDefFoundError(\"some/Library\"); }", "");
        BrokerProcess.Finished bad =
                BrokerProcess.run("plugins", "verify", plugins.resolve("maker").toString());
        assertThat(bad.status()).isEqualTo(1);
        assertThat(bad.out())
                .contains(
                        "authorizer plugin 'maker' (plugins/maker) failed in create: java.lang.NoClassDefFoundError: some/Library");
    }
}
