package mortise.client;

import java.io.IOException;
import mortise.api.HostPort;
import mortise.wire.ApiKey;
import org.jspecify.annotations.Nullable;

/**
 * A connection could not be made, or broke; the message is one line with the address and the cause.
 */
public final class ConnectionFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConnectionFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static ConnectionFailedException connecting(HostPort address, IOException failure) {
        return new ConnectionFailedException(
                "cannot connect to "
                        + address
                        + ": "
                        + BrokerConnection.reason(failure)
                        + "; start a broker there, or name another with --bootstrap HOST:PORT",
                failure);
    }

    static ConnectionFailedException talking(HostPort address, ApiKey key, IOException failure) {
        return new ConnectionFailedException(
                "lost "
                        + address
                        + " during "
                        + key.apiName()
                        + ": "
                        + BrokerConnection.reason(failure),
                failure);
    }
}
