package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each module offers on the class path what it provides on the module path: what its {@code
 * META-INF/services} says is what its descriptor says. After an intended change, run with {@code
 * -Dmortise.golden.write=true} and review the difference.
 */
class ServiceFilesTest {
    private static final String SERVICES = "META-INF/services";

    static List<Path> classFolders() throws IOException {
        return ModuleDescriptorTest.classFolders();
    }

    @ParameterizedTest
    @MethodSource("classFolders")
    void theClassPathIsOfferedWhatTheModulePathIs(Path classes) throws IOException {
        Map<String, List<String>> provided = provided(classes);
        if (Boolean.getBoolean("mortise.golden.write")) {
            write(classes.resolve("../../src/main/resources").normalize(), provided);
            write(classes, provided);
        }
        assertThat(offered(classes.resolve(SERVICES)))
                .as("service files of %s", classes)
                .isEqualTo(provided);
    }

    private static Map<String, List<String>> provided(Path classes) throws IOException {
        Map<String, List<String>> provided = new TreeMap<>();
        try (InputStream descriptor = Files.newInputStream(classes.resolve("module-info.class"))) {
            for (ModuleDescriptor.Provides each : ModuleDescriptor.read(descriptor).provides()) {
                provided.put(each.service(), each.providers());
            }
        }
        return provided;
    }

    private static Map<String, List<String>> offered(Path folder) throws IOException {
        Map<String, List<String>> offered = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    offered.put(file.getFileName().toString(), Files.readAllLines(file));
                }
            }
        }
        return offered;
    }

    private static void write(Path resources, Map<String, List<String>> provided)
            throws IOException {
        for (Map.Entry<String, List<String>> service : provided.entrySet()) {
            Path file = resources.resolve(SERVICES).resolve(service.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, service.getValue());
        }
    }
}
