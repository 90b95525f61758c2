package mortise.dist;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an expression of Prometheus' language asks for, as far as dashboards and alerts go: the
 * metrics with their matchers, and the labels that results are grouped by.
 *
 * @param selectors each use of a metric
 * @param groupings the labels in {@code by (…)}
 */
record PromQl(List<Selector> selectors, Set<String> groupings) {
    private static final Pattern GROUPING = Pattern.compile("\\b(by|without|on)\\s*\\(([^)]*)\\)");
    private static final Pattern NAME =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\s*(\\{([^}]*)\\}|\\()?");
    private static final Pattern MATCHER =
            Pattern.compile("(\\w+)\\s*(=~|!=|!~|=)\\s*\"([^\"]*)\"");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

    /**
     * A use of a metric.
     *
     * @param equal the labels of which it wants one value
     * @param labels all labels that it looks at
     */
    record Selector(String metric, Map<String, String> equal, Set<String> labels) {}

    static PromQl of(String expression) {
        Set<String> groupings = new TreeSet<>();
        Matcher grouping = GROUPING.matcher(expression);
        while (grouping.find()) {
            for (String label : grouping.group(2).split(",", -1)) {
                groupings.add(label.strip());
            }
        }
        String rest = grouping.replaceAll(" ").replaceAll("\\[[^\\]]*\\]", "");
        List<Selector> selectors = new ArrayList<>();
        Matcher name = NAME.matcher(rest);
        while (name.find()) {
            boolean function = "(".equals(name.group(2));
            boolean aggregation = rest.startsWith(" ", name.end()) && isAggregation(name.group(1));
            if (!function && !aggregation && !WORDS.contains(name.group(1))) {
                selectors.add(selector(name.group(1), name.group(3)));
            }
        }
        return new PromQl(selectors, groupings);
    }

    private static boolean isAggregation(String name) {
        return Set.of("sum", "min", "max", "avg", "count", "topk").contains(name);
    }

    private static Selector selector(String metric, String matchers) {
        Map<String, String> equal = new LinkedHashMap<>();
        Set<String> labels = new TreeSet<>();
        if (matchers != null) {
            Matcher each = MATCHER.matcher(matchers);
            while (each.find()) {
                labels.add(each.group(1));
                if (each.group(2).equals("=") && !each.group(3).startsWith("$")) {
                    equal.put(each.group(1), each.group(3));
                }
            }
        }
        return new Selector(metric, equal, labels);
    }
}
