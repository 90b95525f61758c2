package mortise.tck.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds calls that end the whole process in compiled classes. They are found by reading, since a
 * call that was made could not be reported any more.
 */
public final class ProcessEnders {
    private static final Set<String> FORBIDDEN =
            Set.of("java/lang/System.exit", "java/lang/Runtime.exit", "java/lang/Runtime.halt");

    private ProcessEnders() {}

    /** The calls in the classes beside a class, each as {@code Class calls System.exit}. */
    public static List<String> besideClass(Class<?> type) {
        try {
            URI place = type.getProtectionDomain().getCodeSource().getLocation().toURI();
            Path path = Path.of(place);
            if (Files.isDirectory(path)) {
                return under(path);
            }
            try (FileSystem jar = FileSystems.newFileSystem(path)) {
                return under(jar.getPath("/"));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("reading the classes beside " + type, failure);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<String> under(Path root) throws IOException {
        List<String> calls = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                if (String.valueOf(file.getFileName()).endsWith(".class")) {
                    addCalls(root.relativize(file).toString(), Files.readAllBytes(file), calls);
                }
            }
        }
        return calls;
    }

    private static void addCalls(String name, byte[] bytes, List<String> calls) {
        for (PoolEntry entry : ClassFile.of().parse(bytes).constantPool()) {
            if (entry instanceof MemberRefEntry member) {
                String called = member.owner().asInternalName() + "." + member.name().stringValue();
                if (FORBIDDEN.contains(called)) {
                    calls.add(name + " calls " + called.replace('/', '.'));
                }
            }
        }
    }
}
