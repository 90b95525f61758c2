package mortise.dist.assembly;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A jar of a broker's own.
 *
 * @param file where it is
 * @param module what its descriptor, or for a jar without one its name, says
 */
record Library(Path file, ModuleDescriptor module) {
    private static final String CODEC = "mortise.record.Codec";
    private static final String SERVICES = "mortise.spi.";

    String name() {
        return module.name();
    }

    /** The modules that it cannot run without. */
    Set<String> required() {
        return module.requires().stream()
                .filter(each -> !each.modifiers().contains(Requires.Modifier.STATIC))
                .map(Requires::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether it provides something that a broker can be made of. */
    boolean providesService() {
        return module.provides().stream()
                .map(ModuleDescriptor.Provides::service)
                .anyMatch(service -> service.startsWith(SERVICES) || service.equals(CODEC));
    }
}
