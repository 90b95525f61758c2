package mortise.dist.assembly;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mortise.api.config.EditDistance;
import mortise.broker.InstalledPlugin;

/**
 * The plugins that a broker is to be made of. Whether they go together is what a start says of them
 * too.
 *
 * @param names what was chosen, as the folder or module is called
 * @param plugins what these provide
 * @param settings configuration values that the assembled broker is to have, by key
 */
record Choice(
        NavigableSet<String> names, List<InstalledPlugin> plugins, Map<String, String> settings) {
    /** The kind that a broker may say to have none of. */
    private static final String AUTHORIZER = "authorizer";

    private static final String NONE = "none";

    /** Kinds of which a broker has one; the first two it cannot do without. */
    private static final List<String> SINGLE =
            List.of("storage", "consensus", "placement", AUTHORIZER);

    /** The kind of which a broker runs all that are chosen. */
    private static final String EXPORTERS = "metrics";

    private static final String FOLDER = "plugins/";

    private static final Set<String> INDISPENSABLE = Set.of("storage", "consensus");

    /** What is taken of a kind that nobody chose from: the broker's and the commands' defaults. */
    private static final Map<String, String> DEFAULTED =
            Map.of("placement", "spread", "partitioner", "murmur2");

    /**
     * Checks what was asked for.
     *
     * @param available every plugin that the home's broker knows, with the settings applied
     * @throws AssemblyRefusedException with the first reason why no broker can be made of it
     */
    static Choice of(
            Home home,
            List<InstalledPlugin> available,
            Collection<String> asked,
            Map<String, String> settings) {
        NavigableSet<String> known = new TreeSet<>(home.plugins().keySet());
        known.addAll(home.folders().keySet());
        NavigableSet<String> names =
                asked.stream()
                        .map(name -> known.contains(name) ? name : nameOfId(name, available))
                        .collect(Collectors.toCollection(TreeSet::new));
        names.stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new AssemblyRefusedException(unknown(name, known));
                });
        names.addAll(defaults(available, names));
        List<InstalledPlugin> plugins =
                available.stream().filter(plugin -> names.contains(nameOf(plugin))).toList();
        Map<String, String> all = new TreeMap<>(settings);
        for (String kind : SINGLE) {
            one(kind, plugins, available, settings)
                    .ifPresent(plugin -> all.put("plugins." + kind, plugin.name()));
        }
        List<InstalledPlugin> exporters = ofKind(EXPORTERS, plugins);
        if (!exporters.isEmpty()) {
            all.putIfAbsent(
                    "plugins." + EXPORTERS,
                    exporters.stream().map(InstalledPlugin::name).collect(Collectors.joining(",")));
        }
        return new Choice(names, plugins, all);
    }

    private static List<String> defaults(
            List<InstalledPlugin> available, NavigableSet<String> names) {
        return DEFAULTED.entrySet().stream()
                .filter(kind ->
                        ofKind(kind.getKey(), available).stream()
                                .noneMatch(plugin -> names.contains(nameOf(plugin))))
                .flatMap(kind ->
                        ofKind(kind.getKey(), available).stream()
                                .filter(plugin -> plugin.name().equals(kind.getValue())))
                .map(Choice::nameOf)
                .toList();
    }

    /** How a plugin is chosen: its folder's name, else kind and name. */
    static String nameOf(InstalledPlugin plugin) {
        return plugin.place().startsWith(FOLDER)
                ? plugin.place().substring(FOLDER.length())
                : plugin.id();
    }

    /** The name of the plugin that lists call this, such as {@code authorizer-rules}. */
    private static String nameOfId(String id, List<InstalledPlugin> available) {
        return available.stream()
                .filter(plugin -> plugin.id().equals(id))
                .findFirst()
                .map(Choice::nameOf)
                .orElse(id);
    }

    private static String unknown(String name, NavigableSet<String> known) {
        List<String> nearest = EditDistance.nearest(name, known);
        return "there is no plugin named '"
                + name
                + "'"
                + (nearest.isEmpty() ? "" : "; did you mean " + String.join(", ", nearest) + "?")
                + "; known are "
                + String.join(", ", known);
    }

    private static Optional<InstalledPlugin> one(
            String kind,
            List<InstalledPlugin> chosen,
            List<InstalledPlugin> available,
            Map<String, String> settings) {
        String key = "plugins." + kind;
        List<InstalledPlugin> candidates = ofKind(kind, chosen);
        String wanted = settings.get(key);
        if (AUTHORIZER.equals(kind) && NONE.equals(wanted)) {
            return Optional.empty();
        }
        if (wanted != null) {
            return Optional.of(
                    candidates.stream()
                            .filter(plugin -> plugin.name().equals(wanted))
                            .findFirst()
                            .orElseThrow(() ->
                                    new AssemblyRefusedException(
                                            key
                                                    + " is to be '"
                                                    + wanted
                                                    + "', which is not among the chosen plugins; add "
                                                    + kind
                                                    + "-"
                                                    + wanted
                                                    + " to --with, or choose "
                                                    + ids(candidates))));
        }
        if (candidates.isEmpty() && INDISPENSABLE.contains(kind)) {
            throw new AssemblyRefusedException(
                    "a broker cannot do without a "
                            + kind
                            + " plugin and none was chosen; add one to --with: "
                            + ids(ofKind(kind, available)));
        }
        if (candidates.size() > 1) {
            throw new AssemblyRefusedException(
                    ids(candidates)
                            + " are "
                            + candidates.size()
                            + " "
                            + kind
                            + " plugins and a broker runs one; leave all but one out, or say which with --set "
                            + key
                            + "="
                            + candidates.getFirst().name());
        }
        return candidates.stream().findFirst();
    }

    private static List<InstalledPlugin> ofKind(String kind, List<InstalledPlugin> plugins) {
        return new ArrayList<>(
                plugins.stream().filter(plugin -> plugin.kind().equals(kind)).toList());
    }

    private static String ids(List<InstalledPlugin> plugins) {
        return plugins.isEmpty()
                ? "none is there"
                : plugins.stream().map(InstalledPlugin::id).collect(Collectors.joining(", "));
    }
}
