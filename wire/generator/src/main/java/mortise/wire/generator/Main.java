package mortise.wire.generator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The generator's command line: {@code --schemas DIR --package P --out DIR [--api-keys PACKAGE]
 * [--records NAME]}.
 */
public final class Main {
    private static final List<String> OPTIONS =
            List.of("--schemas", "--package", "--out", "--api-keys", "--records");

    private Main() {}

    /** Generates; a problem with the arguments or a schema ends it with an exception. */
    public static void main(String[] args) throws IOException {
        Map<String, String> options = options(args);
        Generator generator =
                new Generator(
                        Path.of(required(options, "--schemas")), required(options, "--package"));
        generator.messages();
        String apiKeys = options.get("--api-keys");
        if (apiKeys != null) {
            generator.apiKeys(apiKeys);
        }
        String records = options.get("--records");
        if (records != null) {
            generator.records(records);
        }
        generator.writeTo(Path.of(required(options, "--out")));
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!OPTIONS.contains(args[i]) || i + 1 == args.length) {
                throw new IllegalArgumentException(
                        "reading the arguments of the message generator: "
                                + args[i]
                                + (OPTIONS.contains(args[i])
                                        ? " has no value"
                                        : " is not known, want " + String.join(", ", OPTIONS)));
            }
            options.put(args[i], args[i + 1]);
        }
        return options;
    }

    private static String required(Map<String, String> options, String name) {
        String value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the message generator needs " + name + " VALUE");
        }
        return value;
    }
}
