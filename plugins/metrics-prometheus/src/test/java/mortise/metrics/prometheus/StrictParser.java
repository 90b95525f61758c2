package mortise.metrics.prometheus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a metrics page and accepts nothing that a specification does not allow: Prometheus'
 * exposition formats 0.0.4, and OpenMetrics 1.0. An {@link AssertionError} names the line.
 */
final class StrictParser {
    private static final Pattern METRIC = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final Pattern CANONICAL =
            Pattern.compile("[0-9]+\\.[0-9]+|[0-9.]+e[+-][0-9]{2}");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary");

    private final boolean open;
    private final Map<String, Family> families = new LinkedHashMap<>();
    private Family current = new Family("");
    private String line = "";

    private StrictParser(TextFormat format) {
        open = format == TextFormat.OPEN_METRICS;
    }

    /** A metric of the page. */
    static final class Family {
        final String name;
        String type = "";
        String help = "";
        String unit = "";
        final List<Sample> samples = new ArrayList<>();

        private Family(String name) {
            this.name = name;
        }

        /** The value of the sample with this name and these labels. */
        double value(String sample, Map<String, String> labels) {
            return samples.stream()
                    .filter(one -> one.name.equals(sample) && one.labels.equals(labels))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + sample + labels + " in " + name))
                    .value;
        }
    }

    /** A line with a value. */
    record Sample(String name, Map<String, String> labels, double value) {}

    /** The metrics of a page, by name. */
    static Map<String, Family> parse(String page, TextFormat format) {
        StrictParser parser = new StrictParser(format);
        parser.page(page);
        return parser.families;
    }

    private void check(boolean holds, String wanted) {
        if (!holds) {
            throw new AssertionError(wanted + ": " + line);
        }
    }

    private void page(String page) {
        check(page.endsWith("\n"), "the last line ends with a line feed");
        check(page.indexOf('\r') < 0, "no carriage returns");
        List<String> lines = List.of(page.substring(0, page.length() - 1).split("\n", -1));
        if (open) {
            check(lines.getLast().equals("# EOF"), "the last line is # EOF");
            lines = lines.subList(0, lines.size() - 1);
        }
        for (String next : lines) {
            line = next;
            if (line.startsWith("#")) {
                metadata();
            } else {
                sample();
            }
        }
        families.values().forEach(this::checkFamily);
    }

    private void metadata() {
        String[] words = line.split(" ", 4);
        check(words.length >= 3 && words[0].equals("#"), "a comment of four words");
        String text = words.length == 4 ? words[3] : "";
        if (!words[2].equals(current.name)) {
            check(METRIC.matcher(words[2]).matches(), "a metric's name");
            check(!families.containsKey(words[2]), "each metric is in one piece");
            current = new Family(words[2]);
            families.put(words[2], current);
        }
        check(current.samples.isEmpty(), "metadata comes before samples");
        switch (words[1]) {
            case "HELP" -> {
                check(current.help.isEmpty() && !text.isEmpty(), "one help");
                current.help = unescaped(text, open);
            }
            case "TYPE" -> {
                check(current.type.isEmpty() && TYPES.contains(text), "one known type");
                current.type = text;
            }
            case "UNIT" -> {
                check(open, "units are of OpenMetrics");
                check(
                        current.unit.isEmpty() && current.name.endsWith("_" + text),
                        "the name's unit");
                current.unit = text;
            }
            default -> check(false, "HELP, TYPE or UNIT");
        }
    }

    private void sample() {
        int at = 0;
        while (at < line.length() && line.charAt(at) != '{' && line.charAt(at) != ' ') {
            at++;
        }
        String name = line.substring(0, at);
        check(METRIC.matcher(name).matches(), "a sample's name");
        Map<String, String> labels = new LinkedHashMap<>();
        if (line.charAt(at) == '{') {
            at = labels(at + 1, labels);
        }
        check(line.charAt(at) == ' ', "one space before the value");
        String number = line.substring(at + 1);
        check(number.matches("-?[0-9]+(\\.[0-9]+)?([eE]-?[0-9]+)?|NaN|[+-]Inf"), "a number");
        check(name.startsWith(current.name), "a sample follows its own metadata");
        current.samples.add(new Sample(name, labels, Double.parseDouble(number)));
    }

    private int labels(int start, Map<String, String> labels) {
        int at = start;
        while (true) {
            int equal = line.indexOf('=', at);
            check(equal > 0, "a label");
            String name = line.substring(at, equal);
            check(LABEL.matcher(name).matches(), "a label's name");
            check(line.charAt(equal + 1) == '"', "a quoted value");
            int end = equal + 2;
            while (line.charAt(end) != '"') {
                end += line.charAt(end) == '\\' ? 2 : 1;
            }
            String value = unescaped(line.substring(equal + 2, end), true);
            check(labels.put(name, value) == null, "each label once");
            at = end + 1;
            if (line.charAt(at) == '}') {
                return at + 1;
            }
            check(line.charAt(at) == ',', "a comma between labels");
            at++;
        }
    }

    private String unescaped(String text, boolean quotes) {
        StringBuilder plain = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c != '\\') {
                check(c != '"' || !quotes, "quotes are escaped");
                plain.append(c);
                continue;
            }
            check(i < text.length(), "something after a backslash");
            switch (text.charAt(i++)) {
                case '\\' -> plain.append('\\');
                case 'n' -> plain.append('\n');
                case '"' -> {
                    check(quotes, "a known escape");
                    plain.append('"');
                }
                default -> check(false, "a known escape");
            }
        }
        return plain.toString();
    }

    private void checkFamily(Family family) {
        line = family.name;
        check(!family.type.isEmpty() && !family.help.isEmpty(), "a type and a help");
        check(!family.samples.isEmpty(), "a sample");
        Set<String> seen = new HashSet<>();
        family.samples.forEach(
                sample -> check(seen.add(sample.name + sample.labels), "each series once"));
        check(
                !open
                        || !family.unit.isEmpty()
                        || !(family.name.endsWith("_seconds") || family.name.endsWith("_bytes")),
                "a unit");
        switch (family.type) {
            case "counter" -> {
                check(family.name.endsWith("_total") != open, "_total where it belongs");
                checkNames(family, Set.of(open ? family.name + "_total" : family.name));
                family.samples.forEach(sample -> check(sample.value >= 0, "counters are positive"));
            }
            case "gauge" -> checkNames(family, Set.of(family.name));
            case "summary" ->
                    checkNames(family, Set.of(family.name + "_count", family.name + "_sum"));
            case "histogram" -> checkHistogram(family);
            default -> check(false, "a known type");
        }
    }

    private void checkNames(Family family, Set<String> names) {
        family.samples.forEach(sample -> check(names.contains(sample.name), "names " + names));
    }

    private void checkHistogram(Family family) {
        String name = family.name;
        checkNames(family, Set.of(name + "_bucket", name + "_sum", name + "_count"));
        Map<Map<String, String>, List<Sample>> buckets =
                family.samples.stream()
                        .filter(sample -> sample.name.endsWith("_bucket"))
                        .collect(Collectors.groupingBy(StrictParser::withoutBound));
        buckets.forEach((labels, of) -> {
            List<Double> bounds = of.stream().map(this::bound).toList();
            check(
                    bounds.equals(bounds.stream().sorted(Comparator.naturalOrder()).toList()),
                    "ascending bounds");
            check(bounds.getLast() == Double.POSITIVE_INFINITY, "a bucket for everything");
            for (int i = 1; i < of.size(); i++) {
                check(of.get(i).value >= of.get(i - 1).value, "cumulative buckets");
            }
            check(
                    of.getLast().value == family.value(name + "_count", labels),
                    "the last bucket is the count");
            check(family.value(name + "_sum", labels) >= 0, "a sum");
        });
    }

    private double bound(Sample bucket) {
        String text = bucket.labels.getOrDefault("le", "");
        if (text.equals("+Inf")) {
            return Double.POSITIVE_INFINITY;
        }
        check(CANONICAL.matcher(text).matches(), "a canonical bound, not " + text);
        return Double.parseDouble(text);
    }

    private static Map<String, String> withoutBound(Sample sample) {
        Map<String, String> labels = new LinkedHashMap<>(sample.labels);
        labels.remove("le");
        return labels;
    }
}
