package mortise.metrics.prometheus;

import java.util.Locale;

/** What a client says it takes, in the headers {@code Accept} and {@code Accept-Encoding}. */
final class Accepted {
    private static final String OPEN_METRICS = "application/openmetrics-text";

    private Accepted() {}

    /** Whether OpenMetrics 1.0 is asked for, and Prometheus' own format is not preferred to it. */
    static boolean openMetrics(String accept) {
        double open = 0;
        double plain = 0;
        for (String choice : accept.split(",", -1)) {
            String[] parts = choice.split(";", -1);
            String type = parts[0].strip().toLowerCase(Locale.ROOT);
            if (type.equals(OPEN_METRICS) && version(parts).startsWith("1.")) {
                open = Math.max(open, weight(parts));
            } else if (type.equals("text/plain")) {
                plain = Math.max(plain, weight(parts));
            }
        }
        return open > 0 && open >= plain;
    }

    /** Whether the answer may be compressed with gzip. */
    static boolean gzip(String acceptEncoding) {
        for (String choice : acceptEncoding.split(",", -1)) {
            String[] parts = choice.split(";", -1);
            if (parts[0].strip().equalsIgnoreCase("gzip") && weight(parts) > 0) {
                return true;
            }
        }
        return false;
    }

    private static String version(String[] parts) {
        String version = parameter(parts, "version");
        return version.isEmpty() ? "1.0.0" : version;
    }

    private static double weight(String[] parts) {
        String weight = parameter(parts, "q");
        try {
            return weight.isEmpty() ? 1 : Double.parseDouble(weight);
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }

    private static String parameter(String[] parts, String name) {
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].strip();
            if (part.startsWith(name + "=")) {
                return part.substring(name.length() + 1);
            }
        }
        return "";
    }
}
