package mortise.broker.net;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import mortise.api.ForeignText;
import mortise.broker.request.UnservedFeature;
import mortise.wire.ApiKey;
import mortise.wire.message.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, and the lines of the log about it. What a client calls
 * itself is shown as escapes and cut off. Thread-safe.
 */
final class Peer {
    /** How many characters of what a client calls itself stand in a line. */
    private static final int MAX_NAME = 100;

    /** The kind of lines about one thing that is not served. */
    private static final String UNSERVED = "unserved ";

    private final PeerLog log;
    private final String host;
    private final String address;

    /** What software the client says that it is; null until it says so. */
    private volatile @Nullable String software;

    Peer(Channel channel, PeerLog log) {
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        this.log = log;
        this.host = remote.getAddress().getHostAddress();
        this.address = host + ":" + remote.getPort();
    }

    /** The IP address. */
    String host() {
        return host;
    }

    /** Notes what software the client is. */
    void introduced(String name) {
        software = shortened(name);
    }

    /** Logs that the connection is closed, and why. */
    void closing(String kind, String what) {
        log.closing(host, address, kind, what);
    }

    /** Logs that the connection failed as nobody expected; the caller closes it. */
    void failed(Throwable cause) {
        failed("connection", "the connection from " + address + " failed and is closed", cause);
    }

    /** Logs that a response cannot be sent; the caller closes the connection. */
    void unsendable(Throwable failure) {
        failed(
                "response",
                "a response to " + address + " could not be sent; its connection is closed",
                failure);
    }

    /** Logs that a request failed as nobody expected. */
    void requestFailed(NettyRequest request, Throwable failure) {
        failed(
                request.apiKey().apiName(),
                request.apiKey().apiName()
                        + " "
                        + request.correlationId()
                        + " from "
                        + host
                        + " failed; the client is answered UNKNOWN_SERVER_ERROR",
                failure);
    }

    private void failed(String kind, String what, Throwable cause) {
        log.failed(host, kind, what, cause);
    }

    /** Logs that a request is for what is not served. */
    void notServed(NettyRequest request, UnservedFeature feature) {
        log.notServed(
                host,
                UNSERVED + feature,
                named(request.clientId())
                        + " at "
                        + address
                        + asksInVain(request.apiKey(), feature));
    }

    /**
     * The end of a connection whose request is for an API that is not served.
     *
     * @param apiKey null if there is none with the number in the header
     */
    FrameException unserved(@Nullable ApiKey apiKey, RequestHeader header) {
        String client = named(header.clientId());
        return apiKey == null
                ? new FrameException(
                        CloseReason.UNSUPPORTED,
                        client
                                + " sends a request with API key "
                                + header.requestApiKey()
                                + ", which is not served; ApiVersions lists what is")
                : new FrameException(
                        CloseReason.UNSUPPORTED,
                        UNSERVED + apiKey.apiName(),
                        client + asksInVain(apiKey, UnservedFeature.of(apiKey).orElse(null)));
    }

    /** The end of a connection whose request is of a version that is not served. */
    FrameException unservedVersion(ApiKey apiKey, RequestHeader header) {
        return new FrameException(
                CloseReason.UNSUPPORTED,
                named(header.clientId())
                        + " asks for version "
                        + header.requestApiVersion()
                        + " of "
                        + apiKey.apiName()
                        + ", which is not served; ApiVersions lists what is");
    }

    private static String asksInVain(ApiKey apiKey, @Nullable UnservedFeature feature) {
        return " asks for "
                + apiKey.apiName()
                + " (API key "
                + apiKey.id()
                + "), which is not served"
                + (feature == null ? "; ApiVersions lists what is" : ": " + feature.remedy());
    }

    /** The client as lines about it name it: its software, and what it calls itself. */
    private String named(@Nullable String clientId) {
        String name = software == null ? "a client" : software;
        return clientId == null || clientId.isEmpty()
                ? name
                : name + " ('" + shortened(clientId) + "')";
    }

    private static String shortened(String text) {
        return ForeignText.escaped(
                text.length() <= MAX_NAME ? text : text.substring(0, MAX_NAME) + "…");
    }

    @Override
    public String toString() {
        return address;
    }
}
