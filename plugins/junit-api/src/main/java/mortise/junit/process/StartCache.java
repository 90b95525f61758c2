package mortise.junit.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.api.Clock;

/**
 * What the process's JVM keeps of its classes from one run to the next (JEP 514), so that a start
 * takes half the time. It is made once for each JDK and set of jars, beside the first process that
 * goes without, and lies in the user's cache directory. Machines that say that they are for
 * continuous integration make none: they would forget it.
 *
 * @param file where it is, or will be
 * @param make the command that makes it
 */
record StartCache(Path file, List<String> make, boolean mayMake) {
    private static final int KEPT = 4;
    private static final Duration STALE = Duration.ofMinutes(10);

    /** The cache for this JVM; none for a broker that does not come in jars. */
    static Optional<StartCache> of(
            Jdk jdk,
            List<String> options,
            TestClassPath classPath,
            String main,
            Map<String, String> environment) {
        if (!classPath.hasJarOf(main)) {
            return Optional.empty();
        }
        try {
            Path file = directory(environment).resolve(key(jdk, options, classPath) + ".aot");
            List<String> make = new ArrayList<>(List.of(jdk.java().toString()));
            make.addAll(options);
            make.addAll(List.of("-cp", classPath.jarText(), main, "train", file.toString()));
            make.addAll(options);
            return Optional.of(new StartCache(file, make, environment.get("CI") == null));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static Path directory(Map<String, String> environment) {
        String told = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path base =
                told.isEmpty()
                        ? Path.of(System.getProperty("user.home", "/nowhere"), ".cache")
                        : Path.of(told);
        return base.resolve("mortise").resolve("junit");
    }

    private static String key(Jdk jdk, List<String> options, TestClassPath classPath)
            throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(jdk.home()).append('\n');
        text.append(Files.readString(jdk.home().resolve("release"))).append('\n');
        options.forEach(option -> text.append(option).append('\n'));
        for (String jar : classPath.jars()) {
            Path path = Path.of(jar);
            text.append(jar)
                    .append(' ')
                    .append(Files.size(path))
                    .append(' ')
                    .append(Files.getLastModifiedTime(path).toMillis())
                    .append('\n');
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 12);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The options of a start with it; none if it is not there. */
    List<String> options() {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochMilli(now())));
        } catch (IOException notThere) {
            return List.of();
        }
        return List.of("-XX:AOTCache=" + file, "-Xlog:aot*=off", "-Xlog:cds*=off");
    }

    private static long now() {
        return Clock.system().wallMillis();
    }

    /** Has it made if it is not there and nobody else makes it. Returns at once. */
    void makeInTheBackground() {
        if (!mayMake || Files.exists(file)) {
            return;
        }
        Path making = file.resolveSibling(file.getFileName() + ".making");
        try {
            Files.createDirectories(file.getParent());
            forgetAllBut(KEPT - 1);
            Files.createFile(making);
        } catch (FileAlreadyExistsException other) {
            forgetStale(making);
            return;
        } catch (IOException unwritable) {
            return; // a start takes longer, that is all
        }
        try {
            Process maker =
                    new ProcessBuilder(make)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            maker.getOutputStream().close();
        } catch (IOException failure) {
            forgetStale(making);
        }
    }

    private void forgetAllBut(int newest) throws IOException {
        List<Path> caches;
        try (Stream<Path> all = Files.list(file.getParent())) {
            caches =
                    all.filter(path -> path.toString().endsWith(".aot"))
                            .sorted(Comparator.comparing(StartCache::used).reversed())
                            .toList();
        }
        for (Path old : caches.subList(Math.min(newest, caches.size()), caches.size())) {
            Files.deleteIfExists(old);
        }
    }

    private static FileTime used(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException gone) {
            return FileTime.fromMillis(0);
        }
    }

    /** Removes the mark of a maker that must have died. */
    private static void forgetStale(Path making) {
        try {
            if (now() - used(making).toMillis() > STALE.toMillis()) {
                Files.deleteIfExists(making);
            }
        } catch (IOException unwritable) {
            // nothing is made then
        }
    }
}
