package mortise.broker.plugin.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index of a plugin folder: it says what listing says, or is not used. */
class FolderIndexTest {
    private static final String SERVICE = "META-INF/services/some.Service";

    @TempDir private Path directory;
    private Path folder = Path.of("");

    @BeforeEach
    void makeFolder() throws IOException {
        folder = directory.resolve("folder");
        new SmallJar()
                .type("some.Service")
                .type("some.Service$Inner")
                .type("some.package-info")
                .file("some/text.txt", "first")
                .file("META-INF/both", "first")
                .write(folder.resolve("a-1.0.jar"));
        new SmallJar()
                .type("some.Other")
                .type("odd.1.Thing")
                .file("some/text.txt", "second")
                .file("META-INF/both", "second")
                .file("deep/er/", "")
                .file(SERVICE, "# comment\nsome.Other\n")
                .write(folder.resolve("b-2.0.jar"));
        new SmallJar().module("real.module").type("real.Thing").write(folder.resolve("c.jar"));
        new SmallJar()
                .file("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMulti-Release: true\n")
                .type("many.Thing")
                .file("META-INF/versions/9/many/New.class", "no class")
                .file("META-INF/versions/99/many/Future.class", "no class")
                .write(folder.resolve("d.jar"));
    }

    private List<LibraryJar> listed() {
        return FolderJars.read(FolderJars.files(folder));
    }

    private void writeIndex() throws IOException {
        Files.writeString(folder.resolve(FolderIndex.NAME), FolderIndex.text(listed()));
    }

    private List<LibraryJar> indexed() throws UnfitIndexException {
        return Objects.requireNonNull(FolderIndex.read(folder, FolderJars.files(folder)));
    }

    private PluginFolder load() {
        return PluginFolder.load("folder", folder, ModuleLayer.boot());
    }

    @Test
    void itSaysWhatListingSays() throws Exception {
        assertThat(FolderIndex.read(folder, FolderJars.files(folder))).isNull();
        writeIndex();
        assertThat(indexed()).isEqualTo(listed());
        assertThat(indexed().get(1).problems())
                .containsExactly(
                        "b-2.0.jar: package odd.1 is no Java name, so its classes cannot be"
                                + " loaded");
        assertThat(indexed().get(3).classes())
                .isEqualTo(Map.of("many", List.of("many.New", "many.Thing")));
        assertThat(FolderIndex.text(indexed())).isEqualTo(FolderIndex.text(listed()));
    }

    @Test
    void realJarsMakeTheSameModulesWithAndWithoutIt() throws Exception {
        Path jars = Files.createDirectories(directory.resolve("real"));
        for (String element :
                System.getProperty("java.class.path")
                        .split(System.getProperty("path.separator"), -1)) {
            Path jar = Path.of(element);
            if (FolderJars.isJar(jar)) {
                Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar.toAbsolutePath());
            }
        }
        List<Path> files = FolderJars.files(jars);
        List<LibraryJar> listed = FolderJars.read(files);
        Files.writeString(jars.resolve(FolderIndex.NAME), FolderIndex.text(listed));
        List<LibraryJar> indexed = Objects.requireNonNull(FolderIndex.read(jars, files));
        assertThat(indexed).isEqualTo(listed).hasSizeGreaterThan(20);

        FolderModules plain = FolderModules.of("real", listed, ModuleLayer.boot());
        FolderModules quick = FolderModules.of("real", indexed, ModuleLayer.boot());
        assertThat(quick.problems()).isEqualTo(plain.problems());
        assertThat(descriptors(quick)).isEqualTo(descriptors(plain));
        assertThat(locations(quick)).isEqualTo(locations(plain)).hasSizeGreaterThan(5_000);
    }

    private static Map<String, ModuleDescriptor> descriptors(FolderModules modules) {
        return modules.finder().findAll().stream()
                .map(ModuleReference::descriptor)
                .collect(Collectors.toMap(ModuleDescriptor::name, descriptor -> descriptor));
    }

    /** Where every name that a module lists is found. */
    private static Map<String, Optional<URI>> locations(FolderModules modules) throws IOException {
        Map<String, Optional<URI>> locations = new TreeMap<>();
        for (ModuleReference module : modules.finder().findAll()) {
            if (module.location().isEmpty()) {
                try (ModuleReader reader = module.open()) {
                    for (String name : reader.list().toList()) {
                        Optional<URI> found = reader.find(name);
                        assertThat(found).as(name).isPresent();
                        locations.put(module.descriptor().name() + "/" + name, found);
                    }
                }
            }
        }
        return locations;
    }

    @Test
    void aLayerOfItLoadsWhatAClassPathWould() throws Exception {
        writeIndex();
        PluginFolder loaded = load();
        assertThat(loaded.problems())
                .containsExactly(
                        "b-2.0.jar: package odd.1 is no Java name, so its classes cannot be"
                                + " loaded");
        ClassLoader loader = loaded.layer().findLoader("a");
        Class<?> service = loader.loadClass("some.Service");
        assertThat(service.getModule().getDescriptor().provides())
                .extracting(ModuleDescriptor.Provides::providers)
                .containsExactly(List.of("some.Other"));
        try (var text = Objects.requireNonNull(service.getResourceAsStream("text.txt"))) {
            assertThat(text.readAllBytes()).asString().isEqualTo("first");
        }
        assertThat(loader.resources("META-INF/both").map(url -> url.toString()))
                .hasSize(2)
                .allMatch(url -> url.endsWith("!/META-INF/both"));
        assertThat(loader.getResource("deep/er/")).asString().endsWith("b-2.0.jar!/deep/er/");
        assertThat(loader.getResource("META-INF/none")).isNull();
    }

    @Test
    void aCopyHasTheSameIndexWhateverItsTimes() throws Exception {
        writeIndex();
        for (Path jar : FolderJars.files(folder)) {
            Files.setLastModifiedTime(jar, FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
        }
        assertThat(indexed()).isEqualTo(listed());
    }

    @Test
    void oneForOtherJarsIsNotUsed() throws Exception {
        writeIndex();
        Path jar = folder.resolve("b-2.0.jar");
        byte[] before = Files.readAllBytes(jar);
        FileTime time = Files.getLastModifiedTime(jar);

        new SmallJar()
                .type("some.Another")
                .type("odd.1.Thing")
                .file("some/text.txt", "second")
                .file("META-INF/both", "SECOND")
                .file("deep/er/", "")
                .file(SERVICE, "# comment\nsome.Other\n")
                .write(jar);
        unfit("b-2.0.jar was changed");
        // one byte of an entry, and neither size nor time
        Files.write(jar, before);
        assertThat(indexed()).hasSize(4);
        new SmallJar()
                .type("some.Other")
                .type("odd.1.Thing")
                .file("some/text.txt", "sEcond")
                .file("META-INF/both", "second")
                .file("deep/er/", "")
                .file(SERVICE, "# comment\nsome.Other\n")
                .write(jar);
        Files.setLastModifiedTime(jar, time);
        assertThat(Files.size(jar)).isEqualTo(before.length);
        unfit("b-2.0.jar was changed");

        Files.delete(jar);
        unfit("it says 'jar b-2.0.jar', the folder has c.jar");
        Files.write(folder.resolve("b-3.0.jar"), before);
        unfit("it says 'jar b-2.0.jar', the folder has b-3.0.jar");
        Files.move(folder.resolve("b-3.0.jar"), jar);
        assertThat(indexed()).hasSize(4);
        Files.write(folder.resolve("e.jar"), before);
        unfit("it does not know e.jar");
        Files.delete(folder.resolve("e.jar"));
        Files.delete(folder.resolve("d.jar"));
        unfit("it says 'jar d.jar', the folder has no further jar");
    }

    private void unfit(String reason) {
        assertThatThrownBy(this::indexed)
                .isInstanceOf(UnfitIndexException.class)
                .hasMessageContaining(reason);
        assertThat(load().problems())
                .first()
                .asString()
                .contains("mortise.index is not used", reason);
    }

    @Test
    void oneOfAnotherFormatOrJavaIsNotUsed() throws Exception {
        String text = FolderIndex.text(listed());
        Path index = folder.resolve(FolderIndex.NAME);
        Files.write(index, sealed(text.replace("mortise.index 1\n", "mortise.index 2\n")));
        unfit("it says 'mortise.index 2', wanted is 'mortise.index 1'");
        String java = "java " + Runtime.version().feature() + "\n";
        assertThat(text).contains(java);
        Files.write(index, sealed(text.replace(java, "java 9\n")));
        unfit("it says 'java 9'");
        Files.write(index, new byte[(8 << 20) + 1]);
        unfit("it has more than 8388608 bytes");
    }

    @Test
    void aDamagedOneIsNotUsed() throws Exception {
        byte[] whole = FolderIndex.text(listed()).getBytes(StandardCharsets.UTF_8);
        Path index = folder.resolve(FolderIndex.NAME);
        for (int length = 0; length < whole.length; length++) {
            Files.write(index, Arrays.copyOf(whole, length));
            assertThatThrownBy(this::indexed).isInstanceOf(UnfitIndexException.class);
        }
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] flipped = whole.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(index, flipped);
            assertThatThrownBy(this::indexed)
                    .as("flip %d of seed %d", i, seed)
                    .isInstanceOf(UnfitIndexException.class);
        }
    }

    @Test
    void whateverAForgedOneSaysTheFolderLoadsAndNoClassIsAnother() throws Exception {
        List<String> lines = FolderIndex.text(listed()).lines().toList();
        List<String> body = lines.subList(0, lines.size() - 1);
        Path index = folder.resolve(FolderIndex.NAME);
        ModuleLayer plain = load().layer();
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            List<String> forged = new ArrayList<>(body);
            for (int change = random.nextInt(3); change >= 0; change--) {
                forge(forged, random);
            }
            Files.write(index, sealed(String.join("\n", forged) + "\nchecksum 00000000\n"));
            ModuleLayer layer = load().layer();
            for (String name : List.of("some.Service", "some.Other", "real.Thing", "many.Thing")) {
                assertThat(places(layer, name))
                        .as("%s, forgery %d of seed %d: %s", name, i, seed, forged)
                        .isIn(List.of(), places(plain, name));
            }
        }
    }

    /** From where a layer would take a class. */
    private static List<String> places(ModuleLayer layer, String className) {
        ClassLoader loader = layer.modules().iterator().next().getClassLoader();
        return loader.resources(className.replace('.', '/') + ".class")
                .map(url -> url.toString())
                .distinct()
                .toList();
    }

    private static void forge(List<String> lines, Random random) {
        int at = random.nextInt(lines.size());
        String line = lines.get(at);
        switch (random.nextInt(4)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(random.nextInt(lines.size()), line);
            case 2 -> lines.set(at, line.substring(0, random.nextInt(line.length() + 1)));
            default -> lines.set(at, line.replace('a', (char) random.nextInt(128)));
        }
    }

    /** With the checksum that belongs to the lines before it. */
    private static byte[] sealed(String text) {
        byte[] body =
                text.substring(0, text.lastIndexOf("checksum ")).getBytes(StandardCharsets.UTF_8);
        CRC32C crc = new CRC32C();
        crc.update(body);
        byte[] end =
                ("checksum " + HexFormat.of().toHexDigits((int) crc.getValue()) + "\n")
                        .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(body.length + end.length).put(body).put(end).array();
    }

    @Test
    void aRefusedFolderIsRefusedForWhatItsJarsSay() throws Exception {
        new SmallJar()
                .module("real.module")
                .type("real.twin.Thing")
                .write(folder.resolve("twin.jar"));
        writeIndex();
        assertThatThrownBy(this::load)
                .isInstanceOf(RefusedFolderException.class)
                .hasMessage("module real.module is in both c.jar and twin.jar; remove one");
    }

    @Test
    void aJarThatCannotBeWrittenDownHasNone() throws Exception {
        new SmallJar().file("META-INF/a\nshared b", "two lines").write(folder.resolve("e.jar"));
        assertThatThrownBy(() -> FolderIndex.text(listed()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be written in lines");
        assertThat(PluginFolder.index(folder)).isEmpty();
        Files.writeString(folder.resolve("e.jar"), "no jar");
        assertThat(PluginFolder.index(folder)).isEmpty();
    }
}
