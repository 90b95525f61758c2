package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mortise assemble}: what it lays out; what it refuses is in {@link AssembleRefusalsTest}.
 */
class AssembleTest {
    private static final String[] FORGETFUL = {"--set", "consensus.raft.storage=memory"};

    static final String GATE =
            """
            package stranger.gate;

            import mortise.api.config.Config;
            import mortise.api.config.ConfigSchema;
            import mortise.spi.PluginContext;
            import mortise.spi.auth.Action;
            import mortise.spi.auth.Authorizer;
            import mortise.spi.auth.AuthorizerProvider;
            import mortise.spi.auth.Principal;

            public final class Gate implements AuthorizerProvider {
                public String name() { return "gate"; }
                public ConfigSchema config() { return ConfigSchema.empty(); }
                public Authorizer create(Config config, PluginContext context) {
                    return new Authorizer() {
                        public boolean allows(Principal principal, String host, Action action) {
                            return true;
                        }
                        public void close() {}
                    };
                }
            }
            """;

    @TempDir Path directory;

    private BrokerProcess.Finished assemble(String plugins, String target, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "assemble",
                                "--with",
                                plugins,
                                "--to",
                                directory.resolve(target).toString()));
        arguments.addAll(List.of(more));
        if (!arguments.contains("--aot")) {
            arguments.add("--no-aot");
        }
        return BrokerProcess.run(Map.of(), BrokerProcess.command(arguments), "");
    }

    private Path assembled(String plugins, String target, String... more) {
        BrokerProcess.Finished finished = assemble(plugins, target, more);
        assertThat(finished.status()).as("%s%s", finished.out(), finished.err()).isZero();
        return directory.resolve(target);
    }

    @Test
    void onlyTheChosenPluginsAndTheirLibrariesAreThere() {
        List<String> without = names(assembled("storage-local,consensus-raft", "a"));
        List<String> with = names(assembled("storage-local,consensus-raft,codec-zstd", "b"));
        assertThat(without)
                .contains("lib/mortise-storage-local-" + version() + ".jar")
                .anyMatch(name -> name.contains("netty-transport-native-epoll"))
                .noneMatch(name -> name.contains("zstd"))
                .noneMatch(name -> name.contains("lz4"))
                .noneMatch(name -> name.contains("snappy"))
                .noneMatch(name -> name.contains("storage-memory"));
        List<String> more = new ArrayList<>(with);
        more.removeAll(without);
        assertThat(more)
                .hasSize(2)
                .anyMatch(name -> name.startsWith("lib/zstd-jni"))
                .anyMatch(name -> name.startsWith("lib/mortise-codec-zstd"));
    }

    /** A broker with a plugin folder of a module, a library without a descriptor, and a text. */
    private Path withDoorman() throws IOException {
        Path source = assembled("storage-memory,consensus-raft", "source", FORGETFUL);
        Path folder = source.resolve("plugins/doorman");
        new PluginJars()
                .source(
                        "module stranger.gate { requires mortise.spi;"
                                + " provides mortise.spi.auth.AuthorizerProvider with stranger.gate.Gate; }")
                .source(GATE)
                .write(folder.resolve("gate.jar"));
        new PluginJars()
                .source("package some.library; public class Thing {}")
                .write(folder.resolve("library.jar"));
        Files.writeString(folder.resolve("NOTES"), "by a stranger");
        return source;
    }

    private Path assembledFrom(Path source, String target) {
        return assembledFrom(source, "doorman", target);
    }

    private Path assembledFrom(Path source, String plugin, String target) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of(),
                        List.of(
                                source.resolve("mortise").toString(),
                                "assemble",
                                "--with",
                                "storage-memory,consensus-raft," + plugin,
                                "--to",
                                directory.resolve(target).toString(),
                                "--no-aot",
                                "--set",
                                "consensus.raft.storage=memory"),
                        "");
        assertThat(finished.status()).as("%s%s", finished.out(), finished.err()).isZero();
        return directory.resolve(target);
    }

    private static BrokerProcess.Finished checkConfig(Path broker) {
        return BrokerProcess.run(
                Map.of(),
                List.of(broker.resolve("mortise").toString(), "start", "--check-config"),
                "");
    }

    @Test
    void aPluginInAFolderIsAlsoFoundByTheNameThatListsGiveIt() throws IOException {
        Path target = assembledFrom(withDoorman(), "authorizer-gate", "by id");
        assertThat(names(target)).contains("plugins/doorman/gate.jar");
        assertThat(Files.readString(target.resolve("conf/mortise.yaml"))).contains("gate");
    }

    @Test
    void aPluginInAFolderOfItsOwnIsCopiedWhole() throws IOException {
        Path target = assembledFrom(withDoorman(), "with doorman");
        assertThat(names(target)).contains("plugins/doorman/gate.jar", "plugins/doorman/NOTES");
        assertThat(Files.readAllLines(target.resolve("conf/mortise.yaml")))
                .contains("plugins.authorizer: gate");
        assertThat(Files.readAllLines(target.resolve("Containerfile")))
                .contains("COPY plugins /opt/mortise/plugins");
        BrokerProcess.Finished good = checkConfig(target);
        assertThat(good.out()).as(good.err()).contains("the configuration is good");
    }

    @Test
    void anAssembledBrokerReadsTheIndexOfAPluginFolder() throws IOException {
        Path first = assembledFrom(withDoorman(), "first");
        Path second = assembledFrom(first, "second");
        assertThat(contents(second)).isEqualTo(contents(first));
        Path index = second.resolve("plugins/doorman/mortise.index");
        assertThat(Files.readString(second.resolve("mortise.lock")))
                .contains("plugins/doorman/mortise.index");
        assertThat(checkConfig(second).err()).isEmpty();

        // what only the index says is heard
        String text = Files.readString(index);
        String body = text.substring(0, text.lastIndexOf("checksum "));
        CRC32C crc = new CRC32C();
        String more = body + "problem this is read from the index\n";
        crc.update(more.getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                index,
                more + "checksum " + HexFormat.of().toHexDigits((int) crc.getValue()) + "\n");
        assertThat(checkConfig(second).err())
                .contains("plugins/doorman: this is read from the index");
        assertThat(check(second).out()).contains("plugins/doorman/mortise.index was changed");

        new PluginJars()
                .source("package another.library; public class Thing {}")
                .write(second.resolve("plugins/doorman/library.jar"));
        BrokerProcess.Finished changed = checkConfig(second);
        assertThat(changed.out()).contains("the configuration is good");
        assertThat(changed.err())
                .contains(
                        "plugins/doorman: mortise.index is not used, the jars were listed instead: library.jar was changed");
    }

    @Test
    void theSameInputsMakeTheSameBytes() throws IOException {
        Path first =
                assembled(
                        "storage-local,consensus-raft",
                        "1/broker",
                        "--tar",
                        directory.resolve("first.tar.gz").toString());
        Path second =
                assembled(
                        "consensus-raft,storage-local",
                        "2/broker",
                        "--tar",
                        directory.resolve("second.tar.gz").toString());
        assertThat(contents(second)).isEqualTo(contents(first));
        assertThat(directory.resolve("second.tar.gz"))
                .hasSameBinaryContentAs(directory.resolve("first.tar.gz"));
    }

    @Test
    void theTarHoldsTheDirectoryWithTimesAndModes() throws IOException {
        Path broker =
                assembled(
                        "storage-local,consensus-raft",
                        "broker",
                        "--tar",
                        directory.resolve("broker.tar").toString());
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        BrokerProcess.Finished unpacked =
                BrokerProcess.run(
                        Map.of(),
                        List.of(
                                "tar",
                                "-xpf",
                                directory.resolve("broker.tar").toString(),
                                "-C",
                                elsewhere.toString()),
                        "");
        assertThat(unpacked.status()).as(unpacked.err()).isZero();
        assertThat(contents(elsewhere.resolve("broker"))).isEqualTo(contents(broker));
        assertThat(elsewhere.resolve("broker/mortise")).isExecutable();
        assertThat(Files.getLastModifiedTime(elsewhere.resolve("broker/lib")))
                .isEqualTo(FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    }

    @Test
    void theLockNamesEveryDifference() throws IOException {
        Path broker = assembled("storage-local,consensus-raft", "broker");
        assertThat(Files.readString(broker.resolve("mortise.lock")))
                .contains("module: \"mortise.storage.local\"", "spi: \"" + version(), "jdk: \"25");
        BrokerProcess.Finished same = check(broker);
        assertThat(same.out()).contains("is as it was assembled");
        assertThat(same.status()).isZero();

        Path jar = broker.resolve("lib/mortise-storage-local-" + version() + ".jar");
        byte[] bytes = Files.readAllBytes(jar);
        bytes[bytes.length / 2] ^= 1;
        Files.write(jar, bytes);
        Files.delete(broker.resolve("NOTICE"));
        Files.copy(broker.resolve("LICENSE"), broker.resolve("lib/extra.jar"));
        BrokerProcess.Finished changed = check(broker);
        assertThat(changed.status()).isEqualTo(1);
        assertThat(changed.out().lines())
                .contains(
                        "NOTICE is missing",
                        "lib/mortise-storage-local-" + version() + ".jar was changed",
                        "lib/extra.jar was added",
                        broker
                                + " is damaged: 3 files are not as it was assembled; lay it out anew and take over its conf")
                .hasSize(4);
    }

    @Test
    void anEditedConfigurationIsTheOperatorsRightAndNoDamage() throws IOException {
        Path broker = assembled("storage-local,consensus-raft", "broker");
        Files.writeString(broker.resolve("conf/broker.options"), "-Xmx2g\n");
        Files.writeString(broker.resolve("conf/logback.xml"), "<configuration/>");
        BrokerProcess.Finished edited = check(broker);
        assertThat(edited.status()).isZero();
        assertThat(edited.out().lines())
                .containsExactly(
                        "conf/broker.options was edited",
                        "conf/logback.xml was added",
                        broker
                                + " is as it was assembled, but for its configuration: 2 files are changed since");
        BrokerProcess.Finished json =
                BrokerProcess.run("assemble", "--check", broker.toString(), "-o", "json");
        assertThat(json.out())
                .contains("\"damage\":[]", "\"changes\":[\"conf/broker.options was edited\",");

        Files.delete(broker.resolve("conf/mortise.yaml"));
        BrokerProcess.Finished damaged = check(broker);
        assertThat(damaged.out()).contains("conf/mortise.yaml is missing\n", "is damaged: 1 file");
        assertThat(damaged.status()).isEqualTo(1);
    }

    @Test
    void aLostExecuteBitIsDamage() throws IOException {
        Path broker = assembled("storage-local,consensus-raft", "broker");
        Files.setPosixFilePermissions(
                broker.resolve("mortise"), PosixFilePermissions.fromString("rw-r--r--"));
        BrokerProcess.Finished damaged = check(broker);
        assertThat(damaged.out().lines()).contains("mortise lost its execute bit").hasSize(2);
        assertThat(damaged.status()).isEqualTo(1);
    }

    @Test
    void anAotCacheIsThereUnlessItIsLeftOutAndMayBeMadeAnew() throws IOException {
        assertThat(names(assembled("storage-local,consensus-raft", "without")))
                .doesNotContain("conf/mortise.aot");
        Path broker = directory.resolve("broker");
        BrokerProcess.Finished made;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // as by the release that is in use while the next one is assembled
            made =
                    BrokerProcess.run(
                            "assemble",
                            "--with",
                            "storage-local,consensus-raft,metrics-prometheus",
                            "--set",
                            "metrics.prometheus.listen=127.0.0.1:" + taken.getLocalPort(),
                            "--to",
                            broker.toString());
        }
        assertThat(made.out())
                .as(made.err())
                .containsPattern(
                        "AOT +a cache of [\\d.]+ MB for fast starts, made in [\\d.]+ s \\(--no-aot leaves it out\\)");
        byte[] first = Files.readAllBytes(broker.resolve("conf/mortise.aot"));
        BrokerProcess.Finished trained =
                BrokerProcess.run(
                        Map.of(), List.of(broker.resolve("mortise").toString(), "train"), "");
        assertThat(trained.status()).as(trained.err()).isZero();
        assertThat(Files.readAllBytes(broker.resolve("conf/mortise.aot"))).isNotEqualTo(first);
        BrokerProcess.Finished same = check(broker);
        assertThat(same.out()).isEqualTo(broker + " is as it was assembled\n");
        Files.write(broker.resolve("conf/mortise.aot"), first);
        assertThat(check(broker).out()).contains("conf/mortise.aot was changed\n", "is damaged");
    }

    @Test
    void everyExporterThatIsChosenIsAtWork() throws IOException {
        Path broker = assembled("storage-memory,consensus-raft,metrics-prometheus", "broker");
        assertThat(Files.readAllLines(broker.resolve("conf/mortise.yaml")))
                .contains("plugins.metrics: prometheus");
    }

    @Test
    void everyCommentedKeyOfTheConfigurationIsAGoodDefault() throws IOException {
        Path broker = assembled("storage-local,consensus-raft", "broker");
        Path configuration = broker.resolve("conf/mortise.yaml");
        List<String> lines = Files.readAllLines(configuration);
        assertThat(String.join(" ", lines).replace(" # ", " "))
                .contains(
                        "a file of one's own (--config FILE, else ./mortise.yaml of the directory where the broker is started), the environment, --set and flags come over it");
        assertThat(lines.stream().filter(line -> line.matches("[a-z].*")))
                .containsExactly(
                        "plugins.storage: local",
                        "plugins.consensus: raft",
                        "plugins.placement: spread");
        String everything =
                lines.stream()
                        .map(line -> line.replaceFirst("^#(?=[a-z])", ""))
                        .filter(line -> !line.endsWith(": \"\""))
                        .collect(Collectors.joining("\n"));
        assertThat(everything).contains("\nnet.max-request-bytes: ");
        Files.writeString(configuration, everything);
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of(),
                        List.of(broker.resolve("mortise").toString(), "start", "--check-config"),
                        "");
        assertThat(finished.err()).isEmpty();
        assertThat(finished.out()).contains("the configuration is good");
    }

    @Test
    void theContainerfileCopiesWhatIsThereAndAllOfIt() throws IOException {
        Path broker = assembled("storage-local,consensus-raft", "broker");
        List<List<String>> instructions =
                Files.readAllLines(broker.resolve("Containerfile")).stream()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> Arrays.asList(line.split(" ", 2)))
                        .toList();
        assertThat(instructions.getFirst().getFirst()).isEqualTo("FROM");
        assertThat(instructions)
                .allSatisfy(instruction -> {
                    assertThat(instruction).hasSize(2);
                    assertThat(instruction.getFirst())
                            .isIn(
                                    "FROM",
                                    "COPY",
                                    "RUN",
                                    "USER",
                                    "WORKDIR",
                                    "VOLUME",
                                    "ENV",
                                    "EXPOSE",
                                    "STOPSIGNAL",
                                    "ENTRYPOINT",
                                    "CMD");
                });
        List<String> copied =
                instructions.stream()
                        .filter(instruction -> instruction.getFirst().equals("COPY"))
                        .map(instruction -> instruction.getLast().split(" ", 2)[0])
                        .toList();
        try (Stream<Path> there = Files.list(broker)) {
            assertThat(there.map(path -> path.getFileName().toString()))
                    .filteredOn(name -> !name.equals("Containerfile"))
                    .containsExactlyInAnyOrderElementsOf(copied);
        }
        assertThat(instructions)
                .contains(
                        List.of("COPY", "lib /opt/mortise/lib"),
                        List.of("ENTRYPOINT", "[\"/opt/mortise/mortise\"]"));
    }

    @Test
    void theLicencesOfOtherPeoplesJarsAreThere() throws IOException {
        Path broker = assembled("storage-local,consensus-raft", "broker");
        List<String> index = Files.readAllLines(broker.resolve("licences/index.txt"));
        assertThat(names(broker.resolve("lib")))
                .filteredOn(name -> !name.startsWith("mortise-"))
                .isNotEmpty()
                .allSatisfy(
                        name -> assertThat(index).anyMatch(line -> line.startsWith(name + ": ")));
        assertThat(broker.resolve("licences/jackson-core-2.23.0/LICENSE")).isNotEmptyFile();
    }

    private static BrokerProcess.Finished check(Path broker) {
        return BrokerProcess.run("assemble", "--check", broker.toString());
    }

    private static String version() {
        try (Stream<Path> jars = Files.list(BrokerProcess.HOME.resolve("lib"))) {
            return jars.map(jar -> jar.getFileName().toString())
                    .filter(name -> name.startsWith("mortise-dist-"))
                    .map(name -> name.replaceAll("mortise-dist-|\\.jar", ""))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException failure) {
            throw new AssertionError("listing the home's jars", failure);
        }
    }

    private static List<String> names(Path root) {
        return List.copyOf(contents(root).keySet());
    }

    /** Every file's bytes and time, by name. */
    private static Map<String, List<Object>> contents(Path root) {
        Map<String, List<Object>> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        root.relativize(file).toString(),
                        List.of(
                                Arrays.hashCode(Files.readAllBytes(file)),
                                Files.getLastModifiedTime(file),
                                Files.isExecutable(file)));
            }
        } catch (IOException failure) {
            throw new AssertionError("reading " + root, failure);
        }
        return contents;
    }
}
