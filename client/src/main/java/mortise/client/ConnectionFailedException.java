package mortise.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import mortise.api.ForeignText;
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

    /** What may help. */
    enum Kind {
        /** The connection could not be made: nothing was sent; another time it may work. */
        UNREACHABLE,
        /** As unreachable, of a broker that was reached before: it may be starting again. */
        GONE,
        /** The connection ended in the middle of a call, whose fate is unknown. */
        BROKEN,
        /** The call's time is over, and its fate is unknown. */
        LATE,
        /** The peer does not speak as a broker does: asking again does not help. */
        UNUSABLE
    }

    private final Kind kind;

    private ConnectionFailedException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
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
                                    + ForeignText.of(address.host())
                                    + "; correct the name, or use an address, in --bootstrap HOST:PORT";
                    case SocketTimeoutException late ->
                            "no answer within "
                                    + shown(timeout)
                                    + "; check the address and what filters packets on the way, or wait longer with --timeout SECONDS";
                    case IOException other -> other.getMessage() + "; check --bootstrap HOST:PORT";
                };
        Kind kind =
                switch (failure) {
                    case UnknownHostException unknown -> Kind.UNUSABLE;
                    case SocketTimeoutException late -> Kind.LATE;
                    case IOException other -> Kind.UNREACHABLE;
                };
        return new ConnectionFailedException(
                kind, "cannot connect to " + shown(address) + ": " + why, failure);
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
                                    + shown(timeout)
                                    + "; "
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
        Kind kind = failure instanceof SocketTimeoutException ? Kind.LATE : Kind.BROKEN;
        return new ConnectionFailedException(kind, shown(address) + ": " + why, failure);
    }

    /** The address that a broker told cannot be reached. */
    static ConnectionFailedException advertised(
            HostPort bootstrap,
            int nodeId,
            HostPort advertised,
            ConnectionFailedException unreachable) {
        return new ConnectionFailedException(
                unreachable.kind,
                shown(bootstrap)
                        + " says that broker "
                        + nodeId
                        + " is reached at "
                        + shown(advertised)
                        + ", which cannot be connected to; start that broker with --advertise and an address that this host reaches",
                unreachable);
    }

    static ConnectionFailedException notKafka(HostPort address, String how) {
        return new ConnectionFailedException(
                Kind.UNUSABLE,
                shown(address)
                        + " does not speak the Kafka protocol: "
                        + ForeignText.of(how)
                        + "; name a broker with --bootstrap HOST:PORT",
                null);
    }

    /** An answer that would not fit into memory. */
    static ConnectionFailedException tooLong(HostPort address, ApiKey key, int length, int most) {
        return new ConnectionFailedException(
                Kind.UNUSABLE,
                shown(address)
                        + ": its answer to "
                        + key.apiName()
                        + " has "
                        + length
                        + " bytes, at most "
                        + most
                        + " are read; ask for less at once, or use another client",
                null);
    }

    /** An answer whose objects would take more heap than there is for one. */
    static ConnectionFailedException oversized(
            HostPort address, ApiKey key, OversizedMessageException oversized) {
        return new ConnectionFailedException(
                Kind.UNUSABLE,
                shown(address)
                        + ": its answer to "
                        + key.apiName()
                        + " is too large: "
                        + oversized.getMessage()
                        + "; ask for less at once, or give this program more heap (-Xmx)",
                oversized);
    }

    /** The answer of another request, or of nobody's. */
    static ConnectionFailedException mixedUp(
            HostPort address, ApiKey key, int wanted, int answered) {
        return new ConnectionFailedException(
                Kind.BROKEN,
                shown(address)
                        + ": it answered request "
                        + answered
                        + " when "
                        + key.apiName()
                        + " was request "
                        + wanted
                        + "; the connection was closed; check what stands between here and the broker",
                null);
    }

    /** An answer that leaves out what was asked for. */
    static ConnectionFailedException incomplete(HostPort address, ApiKey key, String what) {
        return new ConnectionFailedException(
                Kind.UNUSABLE,
                shown(address)
                        + ": its answer to "
                        + key.apiName()
                        + " says nothing of "
                        + ForeignText.of(what)
                        + "; check that a Kafka broker listens there",
                null);
    }

    /** The same failure, of a broker that was reached before. */
    ConnectionFailedException ofKnownBroker() {
        return kind == Kind.UNREACHABLE
                ? new ConnectionFailedException(Kind.GONE, String.valueOf(getMessage()), this)
                : this;
    }

    /** The same failure, of a change that may or may not have been made. */
    ConnectionFailedException leavingOpen(String change) {
        return kind == Kind.BROKEN || kind == Kind.LATE
                ? new ConnectionFailedException(
                        kind,
                        getMessage()
                                + "; whether "
                                + ForeignText.of(change)
                                + " was done is not known: look before you try again",
                        this)
                : this;
    }

    private static String shown(HostPort address) {
        return ForeignText.of(address);
    }

    private static String shown(Duration timeout) {
        return timeout.toMillis() % 1_000 == 0
                ? timeout.toSeconds() + " s"
                : timeout.toMillis() + " ms";
    }
}
