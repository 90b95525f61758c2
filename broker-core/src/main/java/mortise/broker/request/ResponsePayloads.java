package mortise.broker.request;

import java.util.function.Consumer;
import mortise.spi.storage.LogSlice;
import mortise.wire.ApiMessage;
import mortise.wire.Payload;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ShareFetchResponse;
import org.jspecify.annotations.Nullable;

/** The log slices that a response carries, for those who must give them back unsent. */
public final class ResponsePayloads {
    private ResponsePayloads() {}

    /** Whether a response of this type may carry slices. */
    public static boolean in(ApiMessage response) {
        return response instanceof FetchResponse || response instanceof ShareFetchResponse;
    }

    /** Gives every slice back; for a response that is not sent. */
    public static void closeAll(ApiMessage response) {
        forEachSlice(response, LogSlice::close);
    }

    /** Gives back the slices that have no bytes to send. */
    public static void closeEmpty(ApiMessage response) {
        forEachSlice(
                response,
                slice -> {
                    if (slice.sizeInBytes() == 0) {
                        slice.close();
                    }
                });
    }

    private static void forEachSlice(ApiMessage response, Consumer<LogSlice> action) {
        if (response instanceof FetchResponse fetch) {
            for (var topic : fetch.responses()) {
                for (var partition : topic.partitions()) {
                    visit(partition.records(), action);
                }
            }
        } else if (response instanceof ShareFetchResponse fetch) {
            for (var topic : fetch.responses()) {
                for (var partition : topic.partitions()) {
                    visit(partition.records(), action);
                }
            }
        }
    }

    private static void visit(@Nullable Payload records, Consumer<LogSlice> action) {
        if (records instanceof SlicePayload(LogSlice slice)) {
            action.accept(slice);
        }
    }
}
