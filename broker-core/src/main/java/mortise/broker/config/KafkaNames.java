package mortise.broker.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Apache Kafka's broker settings that have no counterpart here, each with what holds instead. Those
 * that have one are aliases of their key. Immutable.
 */
public final class KafkaNames {
    private static final String RESOURCE = "kafka-names.txt";

    private final Map<String, String> remarks;

    private KafkaNames(Map<String, String> remarks) {
        this.remarks = remarks;
    }

    /** Reads the names, which are a resource of this package. */
    public static KafkaNames read() {
        try (InputStream in = KafkaNames.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing in this build");
            }
            return new KafkaNames(
                    parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))));
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + RESOURCE, failure);
        }
    }

    private static Map<String, String> parse(BufferedReader lines) throws IOException {
        Map<String, String> remarks = new LinkedHashMap<>();
        String remark = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("= ")) {
                remark = line.substring(2);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                remarks.put(line, remark);
            }
        }
        return Collections.unmodifiableMap(remarks);
    }

    /** What holds here instead of a setting of Kafka's; nothing if it is none of these. */
    public Optional<String> remark(String name) {
        return Optional.ofNullable(remarks.get(name));
    }

    /** All of them with what holds instead, grouped by that. */
    public Map<String, String> remarks() {
        return remarks;
    }
}
