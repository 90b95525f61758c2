package mortise.broker.plugin.folder;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReference;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The modules of a broker that its plugins see: Java's, and those that they share with it, which
 * are the interfaces that they implement and the one by which they log. There is one of each of
 * these, so a folder's copy is left out: with it the plugin would implement interfaces of its own,
 * and log where nobody listens.
 *
 * @param descriptors those of the shared ones that the broker's layer has
 */
record OfferedModules(List<ModuleDescriptor> descriptors) {
    /** Modules that are not the platform's and that every plugin may use. */
    private static final Set<String> SHARED =
            Set.of("mortise.api", "mortise.spi", "mortise.record", "org.slf4j");

    private static final String LOGGING = "org.slf4j.spi.SLF4JServiceProvider";

    static OfferedModules of(ModuleLayer broker) {
        return new OfferedModules(
                broker.modules().stream()
                        .map(Module::getDescriptor)
                        .filter(module -> SHARED.contains(module.name()))
                        .toList());
    }

    /** Whether plugins see a module of this name that the broker's layer has. */
    static boolean include(String name) {
        return isJavas(name) || SHARED.contains(name);
    }

    /** Whether a module of this name is Java's own. */
    static boolean isJavas(String name) {
        return name.startsWith("java.") || name.startsWith("jdk.");
    }

    /**
     * Whether a jar is a copy of one of them.
     *
     * @param module its own descriptor; null if it has none
     * @param problems told of a copy, and of a jar that holds one or that would replace one
     */
    boolean leavesOut(
            LibraryJar jar, @Nullable ModuleReference module, Collection<String> problems) {
        for (ModuleDescriptor offered : descriptors) {
            if (isCopy(jar, module, offered)) {
                problems.add(
                        jar.path().getFileName()
                                + " is left out, "
                                + offered.name()
                                + " is the broker's; remove the copy (dependencies of scope"
                                + " provided are not copied)");
                return true;
            }
            Set<String> shared = new HashSet<>(jar.packages());
            shared.retainAll(offered.packages());
            if (!shared.isEmpty()) {
                problems.add(
                        jar.path().getFileName()
                                + " holds a copy of "
                                + offered.name()
                                + " (package "
                                + Collections.min(shared)
                                + ") beside other classes, so these do not use the broker's; build"
                                + " it without");
            }
        }
        if (providesLogging(jar, module)) {
            problems.add(
                    jar.path().getFileName()
                            + " is not used for logging: what plugins log through org.slf4j goes to"
                            + " the broker's log; remove it");
        }
        return false;
    }

    private static boolean isCopy(
            LibraryJar jar, @Nullable ModuleReference module, ModuleDescriptor offered) {
        boolean named =
                module == null
                        ? jar.alias().filter(offered.name()::equals).isPresent()
                        : module.descriptor().name().equals(offered.name());
        return named
                || (!jar.packages().isEmpty() && offered.packages().containsAll(jar.packages()));
    }

    private static boolean providesLogging(LibraryJar jar, @Nullable ModuleReference module) {
        return jar.services().containsKey(LOGGING)
                || (module != null
                        && module.descriptor().provides().stream()
                                .anyMatch(provides -> provides.service().equals(LOGGING)));
    }
}
