package mortise.broker;

import java.io.UncheckedIOException;
import mortise.api.config.ConfigException;
import mortise.broker.net.ListenException;
import mortise.broker.plugin.RefusedPluginException;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;

/** A broker could not start. The message is one line with the cause and the remedy. */
public final class BrokerStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokerStartException(String message) {
        super(message);
    }

    BrokerStartException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Whether whoever refused meant to, so that the message says it all. If not, a defect shows:
     * the trace says where.
     */
    public boolean foreseen() {
        return isForeseen(getCause());
    }

    private static boolean isForeseen(@Nullable Throwable cause) {
        return switch (cause) {
            case null -> true;
            // what a plugin threw when it was created or started: the SPI asks for these
            case RefusedPluginException refused -> isForeseen(refused.getCause());
            case StorageException refused ->
                    refused.getCause() instanceof IllegalArgumentException // a file says nonsense
                            || isForeseen(refused.getCause());
            case ConfigException refused -> true;
            case UncheckedIOException failed -> true;
            case IllegalStateException refused -> isForeseen(refused.getCause());
            case RefusedDirectoryException refused -> true;
            case ListenException refused -> true;
            case LinkageError incompatible -> true;
            case RuntimeException defect -> false;
            case Error defect -> false;
            default -> true;
        };
    }
}
