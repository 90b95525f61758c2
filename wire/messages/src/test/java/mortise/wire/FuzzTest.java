package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Frames mutated from valid ones of every API and version, requests and responses: each is decoded
 * or refused with {@link MalformedMessageException}, in bounded time and memory.
 *
 * <p>{@code -Dmortise.fuzz.frames=N} sets how many, {@code -Dmortise.seed=N} replays a run. The
 * table by API is written to {@code target/fuzz.txt}.
 */
class FuzzTest {
    private static final int FRAMES_IN_THE_BUILD = 200_000;
    private static final int FRAMES_PER_VERSION = 6;
    private static final int HEADER_BYTES = 14;
    private static final long MOST_NANOS_PER_FRAME = TimeUnit.SECONDS.toNanos(5);

    private final long seed = Long.getLong("mortise.seed", System.nanoTime());

    /** A valid frame without its length. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Origin(ApiKey key, short version, boolean request, byte[] bytes) {}

    /** What became of the frames of one API. */
    private static final class Tally {
        private final ApiKey key;
        private long frames;
        private long pastHeader;
        private long accepted;
        private long refused;
        private double mostPerByte;
        private long mostNanos;

        private Tally(ApiKey key) {
            this.key = key;
        }

        private void add(Outcome outcome, long allocated, int frameBytes, long nanos) {
            frames++;
            switch (outcome) {
                case UNKNOWN_API_OR_VERSION, REFUSED_IN_THE_HEADER -> {}
                case REFUSED_IN_THE_BODY -> {
                    pastHeader++;
                    refused++;
                }
                case ACCEPTED -> {
                    pastHeader++;
                    accepted++;
                }
            }
            mostNanos = Math.max(mostNanos, nanos);
            mostPerByte =
                    Math.max(
                            mostPerByte,
                            (double) (allocated - AllocatedBytes.CONSTANT)
                                    / Math.max(1, frameBytes));
        }

        private String row() {
            return String.format(
                    Locale.ROOT,
                    "%-34s %10d %10d %10d %10d %8.1f %8d",
                    key.apiName(),
                    frames,
                    pastHeader,
                    accepted,
                    refused,
                    mostPerByte,
                    mostNanos / 1000);
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void mutatedFramesAreDecodedOrRefusedInBoundedTimeAndMemory() throws IOException {
        long count = Long.getLong("mortise.fuzz.frames", FRAMES_IN_THE_BUILD);
        SplittableRandom random = new SplittableRandom(seed);
        List<Origin> origins = origins(random);
        origins.forEach(origin -> requireValid(origin));
        FrameMutator mutator = new FrameMutator(random);
        Map<ApiKey, Tally> tallies = new EnumMap<>(ApiKey.class);
        for (long i = 0; i < count; i++) {
            Origin origin = origins.get((int) (i % origins.size()));
            Origin other = origins.get(random.nextInt(origins.size()));
            byte[] frame = mutator.mutate(origin.bytes(), HEADER_BYTES, other.bytes());
            decode(origin, frame, tallies.computeIfAbsent(origin.key(), Tally::new));
        }
        report(count, tallies.values());
        long past = tallies.values().stream().mapToLong(tally -> tally.pastHeader).sum();
        assertThat(past).isGreaterThan(count / 10);
    }

    private static List<Origin> origins(SplittableRandom random) {
        List<Origin> origins = new ArrayList<>();
        for (Subject subject : Subject.requestsAndResponses()) {
            boolean request = subject.name().endsWith("Request");
            ApiKey key = ApiKey.find(subject.newOurs().apiKey());
            assertThat(key).isNotNull();
            for (short version = subject.lowest(); version <= subject.highest(); version++) {
                RandomStructs structs = new RandomStructs(random);
                for (int i = 0; i < FRAMES_PER_VERSION; i++) {
                    ByteBuffer body = structs.bytes(subject.name(), subject.schema(version));
                    ApiMessage message = subject.newOurs();
                    message.read(new WireReader(body), version);
                    origins.add(
                            new Origin(
                                    key, version, request, frame(key, request, message, version)));
                }
            }
        }
        return origins;
    }

    private static byte[] frame(ApiKey key, boolean request, ApiMessage body, short version) {
        ByteBuffer frame =
                request
                        ? Frames.encode(
                                key.requestHeaderVersion(version),
                                new RequestHeader()
                                        .requestApiKey(key.id())
                                        .requestApiVersion(version)
                                        .correlationId(1)
                                        .clientId("fuzz"),
                                body,
                                version)
                        : Frames.encode(
                                key.responseHeaderVersion(version),
                                new ResponseHeader().correlationId(1),
                                body,
                                version);
        byte[] bytes = new byte[frame.remaining() - Frames.LENGTH_BYTES];
        frame.get(Frames.LENGTH_BYTES, bytes);
        return bytes;
    }

    private static void requireValid(Origin origin) {
        ByteBuffer frame = ByteBuffer.wrap(origin.bytes());
        ApiMessage body = header(origin, frame);
        assertThat(body).isNotNull();
        decodeBody(body, origin.version(), frame);
    }

    /** How far decoding a frame came. */
    private enum Outcome {
        UNKNOWN_API_OR_VERSION,
        REFUSED_IN_THE_HEADER,
        REFUSED_IN_THE_BODY,
        ACCEPTED
    }

    private void decode(Origin origin, byte[] bytes, Tally tally) {
        long startNanos = System.nanoTime();
        long before = AllocatedBytes.now();
        Outcome outcome = outcome(origin, bytes);
        long allocated = AllocatedBytes.now() - before;
        long nanos = System.nanoTime() - startNanos;
        if (allocated > AllocatedBytes.bound(bytes.length)) {
            // the first use of a class or of an error message costs once what linking it costs
            before = AllocatedBytes.now();
            outcome(origin, bytes);
            allocated = AllocatedBytes.now() - before;
        }
        tally.add(outcome, allocated, bytes.length, nanos);
        if (outcome == Outcome.ACCEPTED) {
            requireReadBack(origin, bytes);
        }
        if (allocated > AllocatedBytes.bound(bytes.length) || nanos > MOST_NANOS_PER_FRAME) {
            throw new AssertionError(
                    allocated
                            + " bytes allocated in "
                            + nanos
                            + " ns, want at most "
                            + AllocatedBytes.bound(bytes.length)
                            + " bytes, decoding "
                            + replay(origin, bytes));
        }
    }

    private Outcome outcome(Origin origin, byte[] bytes) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        ApiMessage body = null;
        try {
            body = header(origin, frame);
            if (body == null) {
                return Outcome.UNKNOWN_API_OR_VERSION;
            }
            decodeBody(body, frameVersion(origin, bytes), frame);
            return Outcome.ACCEPTED;
        } catch (MalformedMessageException e) {
            return body == null ? Outcome.REFUSED_IN_THE_HEADER : Outcome.REFUSED_IN_THE_BODY;
        } catch (Throwable e) {
            throw new AssertionError("decoding " + replay(origin, bytes), e);
        }
    }

    /** What was accepted can be written and reads back equal, or is refused by name. */
    private void requireReadBack(Origin origin, byte[] bytes) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        short version = frameVersion(origin, bytes);
        try {
            ApiMessage body = Objects.requireNonNull(header(origin, frame));
            body.read(new WireReader(frame), version);
            ByteBuffer written = Twins.write(body, version);
            ApiMessage again = Twins.make(body.getClass());
            again.read(new WireReader(written), version);
            if (!again.equals(body)) {
                throw new AssertionError(again + " was written from " + body);
            }
        } catch (UnwritableMessageException e) {
            // tags out of order, or a string that got longer because it was not UTF-8
        } catch (Throwable e) {
            throw new AssertionError(
                    "writing again what was read from " + replay(origin, bytes), e);
        }
    }

    /** The empty body that the header announces, or null if it announces none that is known. */
    private static @Nullable ApiMessage header(Origin origin, ByteBuffer frame) {
        if (!origin.request()) {
            WireReader in = new WireReader(frame);
            new ResponseHeader(in, origin.key().responseHeaderVersion(origin.version()));
            frame.position(in.position());
            return origin.key().newResponse();
        }
        RequestHeader header = Frames.readRequestHeader(frame);
        ApiKey key = ApiKey.find(header.requestApiKey());
        return key != null && key.hasVersion(header.requestApiVersion()) ? key.newRequest() : null;
    }

    private static short frameVersion(Origin origin, byte[] bytes) {
        return origin.request() ? ByteBuffer.wrap(bytes).getShort(2) : origin.version();
    }

    private static void decodeBody(ApiMessage body, short version, ByteBuffer frame) {
        WireReader in = new WireReader(frame);
        body.read(in, version);
        in.requireEnd("the body");
    }

    private String replay(Origin origin, byte[] bytes) {
        return String.format(
                Locale.ROOT,
                "a %s of %s version %d, replay with -Dmortise.seed=%d: %s",
                origin.request() ? "request" : "response",
                origin.key(),
                origin.version(),
                seed,
                HexFormat.of().formatHex(bytes));
    }

    private void report(long count, Collection<Tally> tallies) throws IOException {
        StringBuilder table = new StringBuilder();
        table.append(String.format(Locale.ROOT, "%d frames, seed %d%n", count, seed));
        table.append(
                String.format(
                        Locale.ROOT,
                        "%-34s %10s %10s %10s %10s %8s %8s%n",
                        "API",
                        "frames",
                        "past hdr",
                        "accepted",
                        "refused",
                        "alloc/B",
                        "max us"));
        Tally all = new Tally(ApiKey.PRODUCE);
        for (Tally tally : tallies) {
            table.append(tally.row()).append(System.lineSeparator());
            all.frames += tally.frames;
            all.pastHeader += tally.pastHeader;
            all.accepted += tally.accepted;
            all.refused += tally.refused;
            all.mostPerByte = Math.max(all.mostPerByte, tally.mostPerByte);
            all.mostNanos = Math.max(all.mostNanos, tally.mostNanos);
        }
        table.append(all.row().replaceFirst("^Produce", "all APIs")).append(System.lineSeparator());
        Path file = Path.of("target", "fuzz.txt");
        Files.createDirectories(file.getParent());
        Files.writeString(file, table);
    }
}
