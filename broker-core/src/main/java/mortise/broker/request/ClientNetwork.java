package mortise.broker.request;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What brings the requests of clients to a broker's router and takes the answers to them: the
 * network, or a simulation of one. Its methods are called one after the other, in the order of
 * their declaration, and may wait; closing may come after any of them.
 */
public interface ClientNetwork {
    /** Makes the network of one broker. */
    @FunctionalInterface
    interface Factory {
        /** A network that brings requests to this router, once it accepts them. */
        ClientNetwork over(RequestRouter router);
    }

    /**
     * Opens every listener. Who connects waits until {@link #accept}.
     *
     * @return the listeners, with their real ports, in the order of the configuration
     */
    List<ListenerEndpoint> open();

    /** Serves who has connected and who connects from now on. */
    void accept();

    /**
     * Takes no more requests, and lets those in flight be answered within a bounded time; completes
     * when every connection is closed.
     */
    CompletionStage<?> close();

    /** Resets every connection, answered or not; completes when that is done. */
    CompletionStage<?> abort();
}
