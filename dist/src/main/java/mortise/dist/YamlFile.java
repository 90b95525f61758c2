package mortise.dist;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A YAML 1.2 configuration file: nested maps become dotted keys, lists become comma-separated
 * values.
 */
final class YamlFile {
    private YamlFile() {}

    static Map<String, String> read(Path file) {
        Object document;
        if (Files.isDirectory(file)) {
            throw new CommandFailedException(
                    "configuration file " + file + " is a directory; name a file with --config");
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            LoadSettings settings =
                    LoadSettings.builder()
                            .setLabel(file.toString())
                            .setAllowDuplicateKeys(false)
                            .build();
            document = new Load(settings).loadFromReader(reader);
        } catch (NoSuchFileException missing) {
            throw new CommandFailedException(
                    "configuration file " + file + " does not exist; name another with --config");
        } catch (AccessDeniedException forbidden) {
            throw new CommandFailedException(
                    "configuration file "
                            + file
                            + " cannot be read: this user may not; change its permissions, or name another with --config");
        } catch (IOException failure) {
            throw new CommandFailedException(
                    "configuration file "
                            + file
                            + " cannot be read: "
                            + failure.getMessage()
                            + "; name another with --config");
        } catch (YamlEngineException malformed) {
            throw new CommandFailedException(
                    "configuration file " + file + notYaml(malformed) + "; correct the file");
        }
        Map<String, String> flat = new LinkedHashMap<>();
        if (document != null) {
            if (!(document instanceof Map<?, ?> map)) {
                throw new CommandFailedException(
                        "configuration file " + file + " holds no keys; write KEY: VALUE lines");
            }
            flatten(file, "", map, flat);
        }
        return flat;
    }

    private static String notYaml(YamlEngineException malformed) {
        if (malformed instanceof MarkedYamlEngineException marked) {
            String where =
                    marked.getProblemMark()
                            .map(mark ->
                                    ", line "
                                            + (mark.getLine() + 1)
                                            + ", column "
                                            + (mark.getColumn() + 1))
                            .orElse("");
            return where + ", is not YAML: " + marked.getProblem();
        }
        return malformed.getCause() instanceof CharacterCodingException
                ? " is not YAML: it holds bytes that are not UTF-8 text"
                : " is not YAML: " + String.valueOf(malformed.getMessage()).replaceAll("\\s+", " ");
    }

    private static void flatten(Path file, String prefix, Map<?, ?> map, Map<String, String> flat) {
        map.forEach((key, value) -> {
            String name = prefix + key;
            if (value instanceof Map<?, ?> nested) {
                flatten(file, name + ".", nested, flat);
            } else if (flat.put(name, text(file, name, value)) != null) {
                throw new CommandFailedException(
                        "configuration file " + file + " sets " + name + " twice; keep one");
            }
        });
    }

    private static String text(Path file, String name, @Nullable Object value) {
        if (value instanceof List<?> list) {
            List<String> elements = new ArrayList<>();
            list.forEach(element -> elements.add(text(file, name, element)));
            return String.join(",", elements);
        }
        if (value == null || value instanceof Map<?, ?>) {
            throw new CommandFailedException(
                    "configuration file "
                            + file
                            + ": "
                            + name
                            + " has no usable value; write text, a number or a list");
        }
        return value.toString();
    }
}
