package mortise.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import mortise.api.HostPort;
import mortise.wire.ApiKey;
import mortise.wire.OversizedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * A connection could not be made, or broke; the message is one line with the address, the cause and
 * the remedy.
 */
public final class ConnectionFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ConnectionFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static ConnectionFailedException connecting(
            HostPort address, Duration timeout, IOException failure) {
        String why =
                switch (failure) {
                    case ConnectException refused ->
                            "nobody listens there ("
                                    + refused.getMessage()
                                    + "); start a broker there, or name another with --bootstrap HOST:PORT";
                    case UnknownHostException unknown ->
                            "no address is known for the host "
                                    + address.host()
                                    + "; correct the name, or use an address, in --bootstrap HOST:PORT";
                    case SocketTimeoutException late ->
                            "no answer within "
                                    + timeout.toSeconds()
                                    + " s; check the address and what filters packets on the way, or wait longer with --timeout SECONDS";
                    case IOException other -> other.getMessage() + "; check --bootstrap HOST:PORT";
                };
        return new ConnectionFailedException("cannot connect to " + address + ": " + why, failure);
    }

    /**
     * A connection that was made failed.
     *
     * @param first whether the broker has not answered anything yet
     */
    static ConnectionFailedException talking(
            HostPort address, ApiKey key, boolean first, Duration timeout, IOException failure) {
        String why =
                switch (failure) {
                    case SocketTimeoutException late ->
                            "no answer to "
                                    + key.apiName()
                                    + " within "
                                    + timeout.toSeconds()
                                    + " s; "
                                    + (first
                                            ? "check that a Kafka broker listens there without TLS, or wait longer with --timeout SECONDS"
                                            : "wait longer with --timeout SECONDS, or look into the broker's log");
                    case EOFException ended ->
                            "it closed the connection instead of answering "
                                    + key.apiName()
                                    + "; "
                                    + (first
                                            ? "check that a Kafka broker listens there without TLS"
                                            : "the broker's log says why");
                    case IOException other ->
                            "the connection broke during "
                                    + key.apiName()
                                    + " ("
                                    + other.getMessage()
                                    + "); the broker's log may say why";
                };
        return new ConnectionFailedException(address + ": " + why, failure);
    }

    /** The address that a broker told cannot be reached. */
    static ConnectionFailedException advertised(
            HostPort bootstrap,
            int nodeId,
            HostPort advertised,
            ConnectionFailedException unreachable) {
        return new ConnectionFailedException(
                bootstrap
                        + " says that broker "
                        + nodeId
                        + " is reached at "
                        + advertised
                        + ", which cannot be connected to; start that broker with --advertise and an address that this host reaches",
                unreachable);
    }

    static ConnectionFailedException notKafka(HostPort address, String how) {
        return new ConnectionFailedException(
                address
                        + " does not speak the Kafka protocol: "
                        + how
                        + "; name a broker with --bootstrap HOST:PORT",
                null);
    }

    /** An answer would take more heap than there is for one. */
    static ConnectionFailedException oversized(
            HostPort address, ApiKey key, OversizedMessageException oversized) {
        return new ConnectionFailedException(
                address
                        + ": its answer to "
                        + key.apiName()
                        + " is too large: "
                        + oversized.getMessage()
                        + "; ask for less at once, or give this program more heap (-Xmx)",
                oversized);
    }
}
