package mortise.dist.assembly;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What an assembled directory consists of, file by file: {@code mortise.lock}, a YAML document.
 * Immutable.
 *
 * @param facts versions and choices, by name
 * @param plugins the chosen plugins
 * @param files every file, by its path
 */
record Lock(
        NavigableMap<String, String> facts,
        List<String> plugins,
        NavigableMap<String, Entry> files) {
    /** The file's name in the directory. */
    static final String NAME = "mortise.lock";

    /** The AOT cache, which is made anew for another JVM. */
    static final String CACHE = "conf/mortise.aot";

    private static final String AOT = "aot";

    /**
     * One file.
     *
     * @param sha256 of its bytes, or of its target if it is a symbolic link
     * @param module the module that a jar is; empty for other files
     * @param version the module's version; empty if it has none
     * @param executable whether it may be run
     */
    record Entry(String sha256, String module, String version, boolean executable) {
        /** A file as it lies there, which is no module. */
        static Entry of(Path file) {
            return of(file, "", "");
        }

        static Entry of(Path file, String module, String version) {
            boolean executable = !Files.isSymbolicLink(file) && Files.isExecutable(file);
            return new Entry(Lock.sha256(file), module, version, executable);
        }
    }

    /** The file's text. */
    String text() {
        StringBuilder text = new StringBuilder(1 << 14);
        text.append("# What this broker was assembled from, file by file.\n")
                .append("# `mortise assemble --check DIR` names every difference.\n");
        facts.forEach(
                (name, value) -> text.append(name).append(": ").append(quoted(value)).append('\n'));
        text.append("plugins:\n");
        plugins.forEach(plugin -> text.append("- ").append(plugin).append('\n'));
        text.append("files:\n");
        files.forEach((path, entry) -> {
            text.append("- path: ").append(quoted(path)).append('\n');
            if (!entry.module().isEmpty()) {
                text.append("  module: ").append(quoted(entry.module())).append('\n');
            }
            if (!entry.version().isEmpty()) {
                text.append("  version: ").append(quoted(entry.version())).append('\n');
            }
            if (entry.executable()) {
                text.append("  executable: true\n");
            }
            text.append("  sha256: ").append(quoted(entry.sha256())).append('\n');
        });
        return text.toString();
    }

    private static String quoted(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /**
     * Reads a directory's.
     *
     * @throws AssemblyRefusedException if the directory has none that can be read
     */
    static Lock read(Path directory) {
        Path file = directory.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            throw new AssemblyRefusedException(
                    directory
                            + " is no assembled broker (it has no "
                            + NAME
                            + "); name a directory that mortise assemble made");
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
            return of((Map<?, ?>) new Load(settings).loadFromReader(reader));
        } catch (YamlEngineException | ClassCastException | NullPointerException malformed) {
            throw new AssemblyRefusedException(
                    file + " cannot be read as a lock; assemble the broker anew", malformed);
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + file, failure);
        }
    }

    private static Lock of(Map<?, ?> document) {
        NavigableMap<String, String> facts = new TreeMap<>();
        List<String> plugins = new ArrayList<>();
        NavigableMap<String, Entry> files = new TreeMap<>();
        document.forEach((name, value) -> {
            if (value instanceof String text) {
                facts.put((String) name, text);
            }
        });
        ((List<?>) member(document, "plugins")).forEach(plugin -> plugins.add((String) plugin));
        for (Object file : (List<?>) member(document, "files")) {
            Map<?, ?> entry = (Map<?, ?>) file;
            files.put(
                    (String) member(entry, "path"),
                    new Entry(
                            (String) member(entry, "sha256"),
                            text(entry, "module"),
                            text(entry, "version"),
                            Boolean.TRUE.equals(entry.get("executable"))));
        }
        return new Lock(facts, plugins, files);
    }

    /**
     * The lock of a directory after its AOT cache was made anew.
     *
     * @param directory the one that this lock is of
     */
    Lock withCacheOf(Path directory) {
        NavigableMap<String, String> newFacts = new TreeMap<>(facts);
        newFacts.put(AOT, "true");
        NavigableMap<String, Entry> newFiles = new TreeMap<>(files);
        newFiles.put(CACHE, Entry.of(directory.resolve(CACHE)));
        return new Lock(newFacts, plugins, newFiles);
    }

    private static String text(Map<?, ?> map, String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    private static Object member(Map<?, ?> map, String name) {
        Object value = map.get(name);
        if (value == null) {
            throw new ClassCastException(name + " is missing");
        }
        return value;
    }

    /** The SHA-256 of a file's bytes, or of where a symbolic link leads, in hexadecimal. */
    static String sha256(Path file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            if (Files.isSymbolicLink(file)) {
                digest.update(
                        Files.readSymbolicLink(file).toString().getBytes(StandardCharsets.UTF_8));
            } else {
                try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + file, failure);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
