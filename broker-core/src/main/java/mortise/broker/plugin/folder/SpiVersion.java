package mortise.broker.plugin.folder;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A version of the service interfaces, as far as it decides what fits: major and minor number.
 *
 * <p>A plugin fits if it was compiled against the same major and no newer minor version; before 1.0
 * every minor version is a major one.
 */
public record SpiVersion(int major, int minor) implements Comparable<SpiVersion> {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(\\D.*)?");

    /** Reads the first two numbers of a version; nothing if it has no such form. */
    static Optional<SpiVersion> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        new SpiVersion(
                                Integer.parseInt(matcher.group(1)),
                                Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** Why a plugin that was compiled against {@code compiled} does not fit; null if it does. */
    @Nullable String misfit(SpiVersion compiled) {
        if (compiled.compareTo(this) > 0) {
            return "which is newer; use a newer Mortise, or a plugin that was compiled against "
                    + this;
        }
        if (compiled.major != major || (major == 0 && compiled.minor != minor)) {
            return "which is incompatible; use a version of the plugin that was compiled against "
                    + this;
        }
        return null;
    }

    /**
     * The version of the service interfaces that a descriptor was compiled against: a codec knows
     * the record batches only, every other plugin the plugin interfaces.
     */
    public static Optional<String> compiledAgainst(ModuleDescriptor descriptor) {
        return compiledAgainst(descriptor, "mortise.spi")
                .or(() -> compiledAgainst(descriptor, "mortise.record"));
    }

    /** The version of a module of the service interfaces that a descriptor was compiled against. */
    static Optional<String> compiledAgainst(ModuleDescriptor descriptor, String module) {
        return descriptor.requires().stream()
                .filter(required -> required.name().equals(module))
                .findFirst()
                .flatMap(ModuleDescriptor.Requires::rawCompiledVersion);
    }

    @Override
    public int compareTo(SpiVersion other) {
        return major != other.major
                ? Integer.compare(major, other.major)
                : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
