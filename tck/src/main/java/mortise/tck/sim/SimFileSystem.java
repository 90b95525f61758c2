package mortise.tck.sim;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The names of a simulated disk as {@code java.nio.file} sees them. Thread-safe. */
final class SimFileSystem extends FileSystem {
    private final SimFileSystemProvider provider;
    private final SimVolume volume;

    SimFileSystem(SimVolume volume) {
        this.volume = volume;
        this.provider = new SimFileSystemProvider(this, volume);
    }

    String name() {
        return volume.name();
    }

    FileStore store() {
        return new SimFileStore(volume);
    }

    @Override
    public SimFileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("a simulated disk stays open");
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(getPath("/"));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of(store());
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Set.of("basic");
    }

    @Override
    public SimPath getPath(String first, String... more) {
        StringBuilder text = new StringBuilder(first);
        for (String part : more) {
            if (!part.isEmpty()) {
                text.append(text.isEmpty() ? "" : "/").append(part);
            }
        }
        return SimPath.parse(this, text.toString());
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        int colon = syntaxAndPattern.indexOf(':');
        String syntax = colon < 0 ? "" : syntaxAndPattern.substring(0, colon);
        String pattern = syntaxAndPattern.substring(colon + 1);
        Pattern regex =
                switch (syntax) {
                    case "glob" -> Pattern.compile(Glob.toRegex(pattern));
                    case "regex" -> Pattern.compile(pattern);
                    default ->
                            throw new UnsupportedOperationException(
                                    "cannot match by '" + syntax + "'; use glob or regex");
                };
        return path -> regex.matcher(path.toString()).matches();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException("a simulated disk has no owners");
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException("a simulated disk cannot be watched");
    }
}
