package mortise.broker.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Jars of a plugin folder that have no module descriptor, as one module: packages may be split
 * between them. Where two jars hold the same name, the first in file-name order wins, as on a class
 * path.
 */
final class LibraryModule extends ModuleReference {
    private final List<LibraryJar> jars;
    private final Predicate<String> held;

    /**
     * A module of these jars.
     *
     * @param held which of their entries it holds
     */
    LibraryModule(ModuleDescriptor descriptor, List<LibraryJar> jars, Predicate<String> held) {
        super(descriptor, null);
        this.jars = List.copyOf(jars);
        this.held = held;
    }

    @Override
    public ModuleReader open() throws IOException {
        return new ChainedJars(jars, held);
    }

    /** Reads the jars one behind the other. Thread-safe, as {@link JarFile} is. */
    private static final class ChainedJars implements ModuleReader {
        private final List<JarFile> open = new ArrayList<>();
        private final Map<String, Integer> jarOfName = new HashMap<>();
        private final List<URI> locations = new ArrayList<>();

        ChainedJars(List<LibraryJar> jars, Predicate<String> held) throws IOException {
            try {
                for (LibraryJar jar : jars) {
                    JarFile file = LibraryJar.open(jar.path());
                    int index = open.size();
                    open.add(file);
                    locations.add(jar.path().toUri());
                    file.versionedStream()
                            .map(JarEntry::getName)
                            .filter(held)
                            .forEach(name -> jarOfName.putIfAbsent(name, index));
                }
            } catch (IOException | RuntimeException unreadable) {
                close();
                throw unreadable;
            }
        }

        @Override
        public Optional<URI> find(String name) {
            return Optional.ofNullable(jarOfName.get(name))
                    .map(index ->
                            URI.create(
                                    "jar:"
                                            + locations.get(index)
                                            + "!/"
                                            + encoded(
                                                    open.get(index)
                                                            .getJarEntry(name)
                                                            .getRealName())));
        }

        private static String encoded(String entryName) {
            try {
                return new URI(null, null, "/" + entryName, null).getRawPath().substring(1);
            } catch (URISyntaxException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Override
        public Optional<InputStream> open(String name) throws IOException {
            Integer index = jarOfName.get(name);
            if (index == null) {
                return Optional.empty();
            }
            JarFile jar = open.get(index);
            return Optional.of(jar.getInputStream(jar.getJarEntry(name)));
        }

        @Override
        public Stream<String> list() {
            return jarOfName.keySet().stream().sorted();
        }

        @Override
        public void close() throws IOException {
            for (JarFile jar : open) {
                jar.close();
            }
        }
    }
}
