package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import mortise.wire.ApiMessage;

/**
 * Sends a connection's answers in the order of its requests, and finishes those. A part of {@link
 * Connection}, confined to its event loop.
 */
final class Responses {
    private final Connection connection;
    private final ConnectionServices services;
    private final LoopState loopState;
    private final RequestQueue requests;
    private final UnsentAnswers unsent;
    private final ConnectionEnd end;

    Responses(
            Connection connection,
            ConnectionServices services,
            LoopState loopState,
            RequestQueue requests,
            UnsentAnswers unsent,
            ConnectionEnd end) {
        this.connection = connection;
        this.services = services;
        this.loopState = loopState;
        this.requests = requests;
        this.unsent = unsent;
        this.end = end;
    }

    /** Encodes the answers that are next in order; true if a request was finished. */
    boolean send(SliceWriter out) {
        boolean finished = false;
        try {
            out.resume();
            NettyRequest request = requests.oldest();
            while (request != null && request.settled() && mayEncode(request, out)) {
                if (!answer(request, out)) {
                    return false;
                }
                requests.remove(request);
                finish(request);
                finished = true;
                request = requests.oldest();
                if (request != null) {
                    request.buildWithMemory();
                }
            }
        } catch (RuntimeException | Error failure) {
            connection.peer().unsendable(failure);
            end.now(CloseReason.RESPONSE);
            return false;
        }
        if (end.leaving() && requests.isEmpty() && out.handedOver()) {
            end.whenFlushed(out);
        }
        return finished;
    }

    private boolean mayEncode(NettyRequest request, SliceWriter out) {
        return !connection.closed() && hasRoom(out) && unsent.mayEncode(request);
    }

    private static boolean hasRoom(SliceWriter out) {
        if (!out.hasRoom()) {
            out.flush();
        }
        return out.hasRoom();
    }

    /** Sends an answer; false if the answer is to close the connection. */
    private boolean answer(NettyRequest request, SliceWriter out) {
        String reason = request.closeReason();
        if (reason != null) {
            end.now(request.closeKind(), reason);
            return false;
        }
        ByteBuf encoded = request.takeEncoded();
        ApiMessage response = request.response();
        if (encoded != null) {
            out.write(encoded);
        }
        if (response != null) {
            write(request, response, out);
        }
        if (response != null || encoded != null) {
            written(request);
        }
        return true;
    }

    private void write(NettyRequest request, ApiMessage response, SliceWriter out) {
        NettyRequest after = request.next;
        request.sending();
        services.telemetry().errors(request.apiKey(), response);
        out.write(
                request.apiKey().responseHeaderVersion(request.apiVersion()),
                request.correlationId(),
                response,
                request.apiVersion(),
                after != null && after.settled());
    }

    private void written(NettyRequest request) {
        long reserved = request.takeReservation();
        if (reserved > 0) {
            connection.flush(reserved);
        }
        if (request.timed()) {
            services.telemetry()
                    .answered(
                            request.apiKey(),
                            request.answeredNanos() - request.receivedNanos(),
                            request.handleNanos(),
                            services.clock().nanoTime() - request.answeredNanos());
        }
    }

    /** The connection has ended: finishes what is settled, whatever its place. */
    void finishSettled() {
        requests.removeSettled(this::finish);
    }

    private void finish(NettyRequest request) {
        request.finish();
        loopState.decoded(-request.decodedBytes());
        if (request.grantedHeap()) {
            services.heap().finished();
        }
        loopState.requestFinished();
    }
}
