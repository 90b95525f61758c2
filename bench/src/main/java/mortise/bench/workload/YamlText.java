package mortise.bench.workload;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A YAML file as dotted keys: nested maps become prefixes, lists become comma-separated text. */
public final class YamlText {
    private YamlText() {}

    /**
     * Reads a file.
     *
     * @throws UsageException if it is not there, is not YAML, or holds no keys
     */
    public static Map<String, String> read(Path file) {
        if (Files.isDirectory(file)) {
            throw new UsageException(file + " is a directory; name a YAML file");
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            return flat(file, new Load(settings(file)).loadFromReader(reader));
        } catch (NoSuchFileException missing) {
            throw new UsageException(file + " does not exist");
        } catch (CharacterCodingException noText) {
            throw new UsageException(file + " is not YAML: it holds bytes that are not UTF-8 text");
        } catch (IOException failed) {
            throw new UsageException(file + " cannot be read: " + failed.getMessage());
        } catch (YamlEngineException malformed) {
            throw new UsageException(file + notYaml(malformed));
        }
    }

    private static LoadSettings settings(Path file) {
        return LoadSettings.builder()
                .setLabel(file.toString())
                .setAllowDuplicateKeys(false)
                .build();
    }

    private static String notYaml(YamlEngineException malformed) {
        if (malformed instanceof MarkedYamlEngineException marked) {
            String where =
                    marked.getProblemMark()
                            .map(mark -> ", line " + (mark.getLine() + 1))
                            .orElse("");
            return where + ", is not YAML: " + marked.getProblem();
        }
        return " is not YAML: " + String.valueOf(malformed.getMessage()).replaceAll("\\s+", " ");
    }

    private static Map<String, String> flat(Path file, @Nullable Object document) {
        if (!(document instanceof Map<?, ?> map)) {
            throw new UsageException(file + " holds no keys; write KEY: VALUE lines");
        }
        Map<String, String> flat = new LinkedHashMap<>();
        flatten(file, "", map, flat);
        return flat;
    }

    private static void flatten(Path file, String prefix, Map<?, ?> map, Map<String, String> flat) {
        map.forEach((key, value) -> {
            String name = prefix + key;
            switch (value) {
                case Map<?, ?> nested -> flatten(file, name + ".", nested, flat);
                case List<?> list ->
                        flat.put(
                                name,
                                list.stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(",")));
                case null -> throw new UsageException(file + ": " + name + " has no value");
                default -> flat.put(name, value.toString());
            }
        });
    }
}
