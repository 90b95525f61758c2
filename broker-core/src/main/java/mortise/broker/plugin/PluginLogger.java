package mortise.broker.plugin;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plugin's logger: what plugins log goes where the broker's own lines go, whatever the JVM does
 * with {@code System.Logger} otherwise. Thread-safe.
 */
public final class PluginLogger implements System.Logger {
    private final Logger lines;

    PluginLogger(Logger lines) {
        this.lines = lines;
    }

    /** The logger of the plugin of this name. */
    public static System.Logger of(String pluginName) {
        return new PluginLogger(LoggerFactory.getLogger("mortise.plugin." + pluginName));
    }

    @Override
    public String getName() {
        return lines.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
        return switch (level) {
            case ALL, TRACE -> lines.isTraceEnabled();
            case DEBUG -> lines.isDebugEnabled();
            case INFO -> lines.isInfoEnabled();
            case WARNING -> lines.isWarnEnabled();
            case ERROR -> lines.isErrorEnabled();
            case OFF -> false;
        };
    }

    @Override
    public void log(
            Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String message,
            @Nullable Throwable thrown) {
        if (isLoggable(level)) {
            write(level, localized(bundle, message), thrown);
        }
    }

    @Override
    public void log(
            Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String format,
            @Nullable Object @Nullable ... parameters) {
        if (isLoggable(level)) {
            write(level, formatted(localized(bundle, format), parameters), null);
        }
    }

    private static String localized(@Nullable ResourceBundle bundle, @Nullable String message) {
        if (message == null || bundle == null) {
            return String.valueOf(message);
        }
        try {
            return bundle.getString(message);
        } catch (MissingResourceException | ClassCastException untranslated) {
            return message;
        }
    }

    /** As the platform's own loggers do it: without parameters a format is a text. */
    private static String formatted(String format, @Nullable Object @Nullable [] parameters) {
        if (parameters == null || parameters.length == 0) {
            return format;
        }
        try {
            return new MessageFormat(format, Locale.ROOT).format(parameters);
        } catch (IllegalArgumentException noFormat) {
            return format;
        }
    }

    private void write(Level level, String line, @Nullable Throwable thrown) {
        switch (level) {
            case ALL, TRACE -> lines.trace(line, thrown);
            case DEBUG -> lines.debug(line, thrown);
            case INFO -> lines.info(line, thrown);
            case WARNING -> lines.warn(line, thrown);
            case ERROR -> lines.error(line, thrown);
            case OFF -> {}
        }
    }
}
