package mortise.broker.plugin.folder;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mortise.api.config.EditDistance;

/**
 * What the modules of a folder require must be in the folder, or among what the broker offers.
 * Without this the Java platform would look for it in the whole of the broker's layer, and a plugin
 * would run on the broker's copy of a library, as long as that broker has one.
 */
final class RequiredModules {
    private final Set<String> folder;
    private final ModuleLayer broker;

    /**
     * The modules that there are.
     *
     * @param folder the names by which the folder's modules may be required
     * @param broker the layer that the folder's own will stand on
     */
    RequiredModules(Set<String> folder, ModuleLayer broker) {
        this.folder = Set.copyOf(folder);
        this.broker = broker;
    }

    /** What a module requires and does not get. */
    private record Lack(String module, List<String> missing) {
        @Override
        public String toString() {
            return "module " + module + " requires " + String.join(", ", missing);
        }
    }

    /**
     * Takes from modules the requirements that they can do without and that only a library of the
     * broker's would meet.
     *
     * @param modules the folder's, by name
     * @throws RefusedFolderException if one requires what is not there for it
     */
    void confine(Map<String, ModuleReference> modules) {
        List<Lack> lacks = new ArrayList<>();
        modules.forEach((name, module) -> {
            List<String> missing =
                    module.descriptor().requires().stream()
                            .filter(required -> !isOptional(required) && !isThere(required))
                            .map(Requires::name)
                            .sorted()
                            .toList();
            if (!missing.isEmpty()) {
                lacks.add(new Lack(name, missing));
            }
        });
        if (!lacks.isEmpty()) {
            throw new RefusedFolderException(refusal(lacks));
        }
        modules.replaceAll((name, module) -> withoutTheBrokersOwn(module));
    }

    private static boolean isOptional(Requires required) {
        return required.modifiers().contains(Requires.Modifier.STATIC);
    }

    private boolean isThere(Requires required) {
        String name = required.name();
        return folder.contains(name) || (OfferedModules.include(name) && isBrokers(name));
    }

    /** Whether it is one of Java's that the broker was only not started with. */
    private static boolean canBeAdded(String name) {
        return OfferedModules.isJavas(name) && ModuleFinder.ofSystem().find(name).isPresent();
    }

    private boolean isBrokers(String name) {
        return broker.findModule(name).isPresent();
    }

    private String refusal(List<Lack> lacks) {
        Set<String> missing =
                lacks.stream()
                        .flatMap(lack -> lack.missing().stream())
                        .collect(Collectors.toCollection(TreeSet::new));
        boolean one = missing.size() == 1;
        StringBuilder text = new StringBuilder();
        text.append(lacks.stream().map(Lack::toString).collect(Collectors.joining(", ")));
        if (missing.stream().allMatch(RequiredModules::canBeAdded)) {
            return text.append(", with which Java was not started; start with")
                    .append(" MORTISE_JAVA_OPTIONS=--add-modules=")
                    .append(String.join(",", missing))
                    .toString();
        }
        text.append(one ? ", which is not in its folder" : ", which are not in its folder");
        if (missing.stream().anyMatch(this::isBrokers)) {
            text.append(" (what the broker has for itself is not for plugins)");
        }
        text.append(one ? "; put its jar there" : "; put their jars there");
        Set<String> others = new TreeSet<>(folder);
        lacks.forEach(lack -> others.remove(lack.module()));
        List<String> nearest = EditDistance.nearest(missing.iterator().next(), others);
        if (one && !nearest.isEmpty()) {
            text.append(", or did you mean ").append(String.join(", ", nearest)).append('?');
        }
        return text.toString();
    }

    private ModuleReference withoutTheBrokersOwn(ModuleReference module) {
        ModuleDescriptor descriptor = module.descriptor();
        return descriptor.requires().stream().anyMatch(this::isOnlyTheBrokers)
                ? new Trimmed(trimmed(descriptor), module)
                : module;
    }

    private boolean isOnlyTheBrokers(Requires required) {
        return !isThere(required) && isBrokers(required.name());
    }

    private ModuleDescriptor trimmed(ModuleDescriptor descriptor) {
        ModuleDescriptor.Builder builder =
                descriptor.isOpen()
                        ? ModuleDescriptor.newOpenModule(descriptor.name())
                        : ModuleDescriptor.newModule(descriptor.name());
        descriptor.version().ifPresent(builder::version);
        descriptor.mainClass().ifPresent(builder::mainClass);
        builder.packages(descriptor.packages());
        descriptor.exports().forEach(builder::exports);
        descriptor.opens().forEach(builder::opens);
        descriptor.uses().forEach(builder::uses);
        descriptor.provides().forEach(builder::provides);
        descriptor.requires().stream()
                .filter(required -> !isOnlyTheBrokers(required))
                .forEach(builder::requires);
        // it may use and provide services of what it can do without, as if that were nowhere
        builder.requires(Set.of(Requires.Modifier.STATIC), FolderModules.ABSENT);
        return builder.build();
    }

    /** A module of a jar with another descriptor than the jar's. */
    private static final class Trimmed extends ModuleReference {
        private final ModuleReference jar;

        Trimmed(ModuleDescriptor descriptor, ModuleReference jar) {
            super(descriptor, jar.location().orElseThrow());
            this.jar = jar;
        }

        @Override
        public ModuleReader open() throws IOException {
            return jar.open();
        }
    }
}
