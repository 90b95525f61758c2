package mortise.broker.plugin.folder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Jars of a plugin folder that have no module descriptor, as one module: packages may be split
 * between them. Where two jars hold the same name, the first in file-name order wins, as on a class
 * path. A jar is opened when a name is looked for that it may hold.
 */
final class LibraryModule extends ModuleReference {
    private final List<LibraryJar> jars;
    private final Map<String, List<LibraryJar>> holders;
    private final boolean whole;

    private LibraryModule(
            ModuleDescriptor descriptor,
            List<LibraryJar> jars,
            Map<String, List<LibraryJar>> holders,
            boolean whole) {
        super(descriptor, null);
        this.jars = jars;
        this.holders = holders;
        this.whole = whole;
    }

    /** A module of all entries of these jars. */
    static LibraryModule of(ModuleDescriptor descriptor, List<LibraryJar> jars) {
        Map<String, List<LibraryJar>> holders = new HashMap<>();
        for (LibraryJar jar : jars) {
            jar.shared().forEach(name -> add(holders, name, jar));
            for (String directory : jar.directories()) {
                add(holders, directory + "/", jar);
            }
        }
        return new LibraryModule(descriptor, List.copyOf(jars), holders, true);
    }

    /** A module of these entries of a jar, all of them such as other jars may have too. */
    static LibraryModule of(ModuleDescriptor descriptor, LibraryJar jar, Iterable<String> entries) {
        Map<String, List<LibraryJar>> holders = new HashMap<>();
        entries.forEach(name -> add(holders, name, jar));
        return new LibraryModule(descriptor, List.of(jar), holders, false);
    }

    private static void add(Map<String, List<LibraryJar>> holders, String name, LibraryJar jar) {
        holders.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(jar);
    }

    /** The jars in which a name may be, in order; if it is in any, it is in one of them. */
    private List<LibraryJar> holders(String name) {
        String key =
                !whole || LibraryJar.isShared(name) ? name : LibraryJar.directoryOf(name) + "/";
        return holders.getOrDefault(key, List.of());
    }

    @Override
    public ModuleReader open() {
        return new ChainedJars();
    }

    /** Reads the jars one behind the other. Thread-safe, as {@link JarFile} is. */
    private final class ChainedJars implements ModuleReader {
        private final Map<Path, JarFile> open = new HashMap<>();
        private boolean closed;

        private synchronized JarFile open(LibraryJar jar) throws IOException {
            if (closed) {
                throw new IOException("the reader is closed");
            }
            JarFile file = open.get(jar.path());
            if (file == null) {
                file = LibraryJar.open(jar.path());
                open.put(jar.path(), file);
            }
            return file;
        }

        private @Nullable Held held(String name) throws IOException {
            for (LibraryJar jar : holders(name)) {
                JarFile file = open(jar);
                JarEntry entry = file.getJarEntry(name);
                if (entry != null && entry.getName().equals(name)) {
                    return new Held(jar, file, entry);
                }
            }
            return null;
        }

        @Override
        public Optional<URI> find(String name) throws IOException {
            return Optional.ofNullable(held(name)).map(Held::location);
        }

        @Override
        public Optional<InputStream> open(String name) throws IOException {
            Held held = held(name);
            return held == null
                    ? Optional.empty()
                    : Optional.of(held.file().getInputStream(held.entry()));
        }

        @Override
        public Stream<String> list() throws IOException {
            TreeSet<String> names = new TreeSet<>();
            if (!whole) {
                names.addAll(holders.keySet());
                return names.stream();
            }
            for (LibraryJar jar : jars) {
                try (Stream<JarEntry> entries = open(jar).versionedStream()) {
                    entries.map(JarEntry::getName).forEach(names::add);
                } catch (UncheckedIOException unreadable) {
                    throw unreadable.getCause();
                }
            }
            return names.stream();
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            for (JarFile jar : open.values()) {
                jar.close();
            }
        }
    }

    /** An entry of a jar. */
    private record Held(LibraryJar jar, JarFile file, JarEntry entry) {
        URI location() {
            return URI.create("jar:" + jar.path().toUri() + "!/" + encoded(entry.getRealName()));
        }

        private static String encoded(String entryName) {
            try {
                return new URI(null, null, "/" + entryName, null).getRawPath().substring(1);
            } catch (URISyntaxException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
