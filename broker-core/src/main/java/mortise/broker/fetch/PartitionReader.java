package mortise.broker.fetch;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import mortise.api.ErrorCode;
import mortise.broker.log.BatchHeaders;
import mortise.broker.partition.LeaderEpochs;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partition;
import mortise.broker.request.RequestContext;
import mortise.broker.request.SlicePayload;
import mortise.broker.request.WireErrors;
import mortise.metadata.PartitionImage;
import mortise.record.RecordBatch;
import mortise.spi.auth.Operation;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import mortise.wire.Payload;
import mortise.wire.message.FetchResponse.AbortedTransaction;
import mortise.wire.message.FetchResponse.EpochEndOffset;
import mortise.wire.message.FetchResponse.LeaderIdAndEpoch;
import mortise.wire.message.FetchResponse.PartitionData;
import org.jspecify.annotations.Nullable;

/**
 * Answers a fetch for one partition after the other. Confined like the fetch that it belongs to.
 */
final class PartitionReader {
    /** The records of an answer that has none. */
    static final Payload NO_RECORDS = Payload.of(ByteBuffer.allocate(0));

    private static final short FIRST_VERSION_WITH_LEADERS = 12;

    private final RequestContext context;
    private final FetchSources sources;
    private final boolean committedOnly;
    private final boolean inFull;

    PartitionReader(
            RequestContext context, FetchSources sources, boolean committedOnly, boolean inFull) {
        this.context = context;
        this.sources = sources;
        this.committedOnly = committedOnly;
        this.inFull = inFull;
    }

    /**
     * Finds the answer for an interest, if there is anything to tell.
     *
     * @param room how many bytes the response may still take
     * @param first whether no other partition has given data: then a first batch comes whole,
     *     however large
     * @return false if the data may be cold and the caller must not block
     */
    boolean read(FetchInterest interest, int room, boolean first, boolean mayBlock) {
        interest.answer(null);
        Partition partition = interest.partition(sources);
        String name = partition == null ? interest.topic().name() : partition.name().topic();
        if (!name.isEmpty() && !sources.access().allowsOnTopic(context, Operation.READ, name)) {
            refuse(interest, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
            return true;
        }
        if (partition == null) {
            refuse(interest, sources.absence(interest.topic(), interest.index()));
            return true;
        }
        LeaderView view = partition.leaderView();
        if (view == null) {
            refuse(interest, partition.absence());
            nameLeader(interest, partition);
            return true;
        }
        int epoch = interest.currentLeaderEpoch();
        if (epoch >= 0 && epoch < view.leaderEpoch()) {
            refuseToRead(interest, ErrorCode.FENCED_LEADER_EPOCH);
            nameLeader(interest, partition);
            return true;
        }
        if (epoch > view.leaderEpoch()) {
            // the client knows more than this broker, which has no leader to name
            refuseToRead(interest, ErrorCode.UNKNOWN_LEADER_EPOCH);
            return true;
        }
        try {
            return read(interest, view, room, first, mayBlock);
        } catch (OffsetOutOfRangeException outside) {
            refuseToRead(interest, ErrorCode.OFFSET_OUT_OF_RANGE);
        } catch (StorageException failed) {
            partition.readFailed(failed);
            refuse(
                    interest,
                    partition.leaderView() == null ? partition.absence() : WireErrors.of(failed));
        }
        return true;
    }

    private boolean read(
            FetchInterest interest, LeaderView view, int room, boolean first, boolean mayBlock) {
        LogPosition upTo = committedOnly ? view.lastStable() : view.highWatermark();
        long start = view.startOffset();
        long offset = interest.offset();
        if (offset < start) {
            refuseToRead(interest, ErrorCode.OFFSET_OUT_OF_RANGE);
            return true;
        }
        // first, because a client whose log parted from this one may well be beyond its end
        if (diverges(interest, view, start)) {
            return true;
        }
        if (offset > upTo.offset() && offset > view.log().end().offset()) {
            refuseToRead(interest, ErrorCode.OFFSET_OUT_OF_RANGE);
            return true;
        }
        LogSlice slice = null;
        int most = Math.min(interest.maxBytes(), room);
        boolean more = offset < upTo.offset();
        boolean aborts = committedOnly && more && view.aborts().mayReach(offset);
        if (aborts && !mayBlock) {
            return false;
        }
        if (more && (first || most > 0)) {
            Optional<LogSlice> recent = view.log().readRecent(offset, upTo, most, true);
            if (recent.isPresent()) {
                slice = recent.get();
            } else if (mayBlock) {
                slice = cold(view, offset, upTo, most, first);
            } else {
                return false;
            }
            if (!first && slice != null && slice.sizeInBytes() > most) {
                slice.close();
                slice = null;
            }
        }
        if (more && slice == null) {
            interest.starve();
        }
        tell(interest, view, upTo, start, slice);
        return true;
    }

    /**
     * The transactions whose records a reader of a slice is to leave out.
     *
     * @throws StorageException if the store cannot tell; the slice is closed then
     */
    private static List<AbortedTransaction> abortedIn(
            LogSlice slice, long offset, LeaderView view, LogPosition upTo) {
        try {
            return view.aborts().within(offset, () -> endOf(slice, upTo.offset())).stream()
                    .map(one ->
                            new AbortedTransaction()
                                    .producerId(one.producerId())
                                    .firstOffset(one.firstOffset()))
                    .toList();
        } catch (StorageException unknown) {
            slice.close();
            throw unknown;
        }
    }

    /** The offset behind the last whole batch of a slice, for nobody looks at one that is cut. */
    private static long endOf(LogSlice slice, long otherwise) {
        BatchHeaders headers = new BatchHeaders(slice);
        long end = -1;
        for (RecordBatch batch = headers.next(); batch != null; batch = headers.next()) {
            end = batch.nextOffset();
        }
        return end < 0 ? otherwise : end;
    }

    /**
     * Reads what may be cold. What the store is short of for now, files to open above all, this
     * very answer may hold: then the partition's turn comes in another.
     */
    private static @Nullable LogSlice cold(
            LeaderView view, long offset, LogPosition upTo, int most, boolean first) {
        try {
            return view.log().read(offset, upTo, most, true);
        } catch (OffsetOutOfRangeException | UnreadableDataException ofThisRead) {
            throw ofThisRead;
        } catch (StorageException refused) {
            if (first || refused.reach() != StorageException.Reach.CALL) {
                throw refused;
            }
            return null;
        }
    }

    private void tell(
            FetchInterest interest,
            LeaderView view,
            LogPosition upTo,
            long start,
            @Nullable LogSlice slice) {
        if (slice != null && slice.sizeInBytes() == 0) {
            slice.close();
            slice = null;
        }
        if (slice == null && !inFull && !interest.untold(view.highWatermark().offset(), start)) {
            return;
        }
        boolean starved = interest.starved();
        PartitionData answer = fine(interest, view, start);
        if (slice != null) {
            answer.records(new SlicePayload(slice));
            if (committedOnly) {
                answer.abortedTransactions(abortedIn(slice, interest.offset(), view, upTo));
            }
        }
        interest.answer(answer);
        if (starved) {
            interest.starve();
        }
    }

    private PartitionData fine(FetchInterest interest, LeaderView view, long start) {
        // in this order, or the high watermark may seem to be below
        long stable = view.lastStable().offset();
        return new PartitionData()
                .partitionIndex(interest.index())
                .highWatermark(view.highWatermark().offset())
                .lastStableOffset(Math.max(stable, start))
                .logStartOffset(start)
                .abortedTransactions(committedOnly ? List.of() : null)
                .records(NO_RECORDS);
    }

    /** Answers where the client's log parted from this one, if it did (KIP-595). */
    private boolean diverges(FetchInterest interest, LeaderView view, long start) {
        int epoch = interest.lastFetchedEpoch();
        if (epoch < 0) {
            return false;
        }
        LeaderEpochs.EpochEnd end = view.epochs().endOf(epoch, view.log().end().offset());
        if (end.epoch() == LeaderEpochs.NO_EPOCH) {
            refuseToRead(interest, ErrorCode.OFFSET_OUT_OF_RANGE);
            return true;
        }
        if (end.epoch() >= epoch && end.endOffset() >= interest.offset()) {
            return false;
        }
        interest.answer(
                fine(interest, view, start)
                        .divergingEpoch(
                                new EpochEndOffset()
                                        .epoch(end.epoch())
                                        .endOffset(end.endOffset())));
        return true;
    }

    private static void refuse(FetchInterest interest, ErrorCode error) {
        interest.answer(refusal(interest, error));
    }

    /** Refuses what the partition itself refuses: there, no list of transactions is null. */
    private static void refuseToRead(FetchInterest interest, ErrorCode error) {
        interest.answer(refusal(interest, error).abortedTransactions(null));
    }

    private static PartitionData refusal(FetchInterest interest, ErrorCode error) {
        return new PartitionData()
                .partitionIndex(interest.index())
                .errorCode(error.code())
                .highWatermark(-1)
                .records(NO_RECORDS);
    }

    private void nameLeader(FetchInterest interest, Partition partition) {
        PartitionImage image = partition.image();
        PartitionData answer = interest.answer();
        if (answer != null
                && context.apiVersion() >= FIRST_VERSION_WITH_LEADERS
                && image.leader() >= 0) {
            answer.currentLeader(
                    new LeaderIdAndEpoch()
                            .leaderId(image.leader())
                            .leaderEpoch(image.leaderEpoch()));
        }
    }
}
