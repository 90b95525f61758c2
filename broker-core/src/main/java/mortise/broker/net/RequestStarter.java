package mortise.broker.net;

import mortise.wire.ApiMessage;
import mortise.wire.MalformedMessageException;
import mortise.wire.OversizedMessageException;
import mortise.wire.WireReader;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a connection's requests and calls their handlers; puts one aside while the heap has no
 * room for what it decodes to. A part of {@link Connection}, confined to its event loop.
 */
final class RequestStarter {
    private final ConnectionServices services;
    private final LoopState loopState;
    private final Runnable wake;
    private boolean timeNext;

    /** What waits in the limiter of the heap, if anything ever had to. */
    private @Nullable HeapWish heapWish;

    /**
     * The starter of a connection's requests.
     *
     * @param wake has the connection look again; called on any thread when there is heap
     */
    RequestStarter(ConnectionServices services, LoopState loopState, Runnable wake) {
        this.services = services;
        this.loopState = loopState;
        this.wake = wake;
    }

    /** Has the next request timed: one of each turn of reading is. */
    void timeNext() {
        timeNext = true;
    }

    void start(NettyRequest request) {
        if (!request.served()) {
            request.respond(services.router().unsupportedApiVersions());
            return;
        }
        long budget = Math.min(services.heap().allowance(), services.bounds().maxDecodedBytes());
        start(request, budget, false);
    }

    /** Starts the request that was put aside, if there is heap for it by now. */
    void startPutAside() {
        HeapWish wish = heapWish;
        NettyRequest request = wish == null ? null : wish.take();
        if (wish != null && request != null) {
            long reserved = wish.reservedBytes();
            try {
                start(request, reserved, true);
            } finally {
                services.heap().add(-reserved);
                if (!request.grantedHeap()) {
                    services.heap().finished();
                }
            }
        }
    }

    /** Has the connection woken when less heap is held than may be. */
    void awaitHeap() {
        heapWish().awaitRoom();
    }

    /** Waits for nothing any more; the request that was put aside, if any. */
    @Nullable NettyRequest withdraw() {
        return heapWish == null ? null : heapWish.withdraw();
    }

    private HeapWish heapWish() {
        HeapWish wish = heapWish;
        if (wish == null) {
            wish = new HeapWish(services.heap(), wake);
            heapWish = wish;
        }
        return wish;
    }

    /**
     * Decodes a request and calls its handler.
     *
     * @param budget how much heap it may take
     * @param granted whether that has been reserved for it
     */
    private void start(NettyRequest request, long budget, boolean granted) {
        boolean timed = timeNext;
        timeNext = false;
        long begin = timed ? services.clock().nanoTime() : 0;
        WireReader reader = new WireReader(request.body(), budget);
        ApiMessage decoded;
        try {
            decoded = services.router().decode(request, reader);
        } catch (OversizedMessageException oversized) {
            tooLarge(request, budget, granted, oversized);
            return;
        } catch (MalformedMessageException malformed) {
            request.closeConnection(
                    CloseReason.MALFORMED,
                    "a "
                            + request.apiKey().apiName()
                            + " request of version "
                            + request.apiVersion()
                            + " that cannot be parsed: "
                            + malformed.getMessage());
            return;
        }
        if (timed) {
            long decodedAt = services.clock().nanoTime();
            services.telemetry().started(begin - request.receivedNanos(), decodedAt - begin);
            request.timedFrom(decodedAt);
        }
        request.decoded(reader.heapBytes(), granted);
        loopState.decoded(reader.heapBytes());
        services.router().handle(request, decoded);
    }

    /** Puts a request aside until there is heap for it, or refuses it if there never will be. */
    private void tooLarge(
            NettyRequest request,
            long budget,
            boolean granted,
            OversizedMessageException oversized) {
        long most = services.bounds().maxDecodedBytes();
        if (budget < most) {
            long wanted = HeapLimiter.mostDecodedBytes(request.sizeInBytes());
            heapWish().await(request, Math.min(most, granted ? most : Math.max(wanted, budget)));
            return;
        }
        request.closeConnection(
                CloseReason.OVERSIZED,
                "a request for "
                        + request.apiKey().apiName()
                        + " of version "
                        + request.apiVersion()
                        + " that is too large: "
                        + oversized.getMessage()
                        + "; send less at once, or raise net.max-decoded-bytes, of which at most an eighth of the heap counts");
    }
}
