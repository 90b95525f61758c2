package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import mortise.broker.net.InflightLimiter.Room;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {
    private static final int MAX_FRAME = 1 << 20;
    private static final long MAX_INFLIGHT = 64L << 20;

    private final InflightLimiter limiter = new InflightLimiter(MAX_INFLIGHT);
    private final Collected collected = new Collected();
    private final FrameDecoder decoder =
            new FrameDecoder(PooledByteBufAllocator.DEFAULT, limiter, MAX_FRAME);

    /** Keeps frames as bytes, and their chunks until it lets go. */
    private static final class Collected implements FrameDecoder.Sink {
        private final List<byte[]> frames = new ArrayList<>();
        private final List<FrameChunk> held = new ArrayList<>();
        private boolean ready = true;
        private boolean holds;

        @Override
        public boolean ready() {
            return ready;
        }

        @Override
        public void frame(FrameChunk chunk, int offset, int length) {
            byte[] frame = new byte[length];
            chunk.view(offset, length).get(frame);
            frames.add(frame);
            if (holds) {
                held.add(chunk);
            } else {
                chunk.release();
            }
        }

        void letGo() {
            held.forEach(FrameChunk::release);
            held.clear();
        }
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + seed);
        }
        return bytes;
    }

    private static byte[] framed(List<byte[]> frames) {
        int total = frames.stream().mapToInt(frame -> frame.length + 4).sum();
        ByteBuffer all = ByteBuffer.allocate(total);
        frames.forEach(frame -> all.putInt(frame.length).put(frame));
        return all.array();
    }

    /** Reads as the network does: into the decoder's room, at most as much as the socket has. */
    private int readInPlace(byte[] stream, int from, int atMost) {
        ByteBuf room = decoder.room();
        int count = Math.min(Math.min(room.writableBytes(), stream.length - from), atMost);
        room.writeBytes(stream, from, count);
        decoder.received(room);
        decoder.decode(collected);
        return count;
    }

    /** Fills the decoder's room, and gives how many bytes that took. */
    private int fill(FrameDecoder target, byte[] stream, int from) {
        ByteBuf room = target.room();
        int count = Math.min(room.writableBytes(), stream.length - from);
        room.writeBytes(stream, from, count);
        target.received(room);
        target.decode(collected);
        return count;
    }

    private void endOfStream() {
        decoder.readComplete(0);
        decoder.close();
        collected.letGo();
        assertThat(limiter.heldBytes()).isZero();
    }

    @Test
    void aFrameMayBeCutAnywhere() {
        List<byte[]> frames = List.of(bytes(300, 1), bytes(0, 2), bytes(5, 3));
        byte[] stream = framed(frames);
        for (int cut = 0; cut <= stream.length; cut++) {
            collected.frames.clear();
            decoder.received(Unpooled.copiedBuffer(stream, 0, cut));
            decoder.decode(collected);
            decoder.readComplete(cut);
            decoder.received(Unpooled.copiedBuffer(stream, cut, stream.length - cut));
            decoder.decode(collected);
            decoder.readComplete(stream.length - cut);
            assertThat(collected.frames).as("cut at %d", cut).containsExactlyElementsOf(frames);
        }
        endOfStream();
    }

    @Test
    void framesMayArriveByteByByte() {
        List<byte[]> frames = List.of(bytes(5_000, 1), bytes(70_000, 2), bytes(10, 3));
        byte[] stream = framed(frames);
        for (int i = 0; i < stream.length; i++) {
            readInPlace(stream, i, 1);
            if (i % 7 == 0) {
                decoder.readComplete(1);
            }
        }
        assertThat(collected.frames).containsExactlyElementsOf(frames);
        endOfStream();
    }

    @Seeded(runs = 200)
    void anyFramesInAnyPiecesComeOutWhole(RandomGenerator random) {
        List<byte[]> frames = new ArrayList<>();
        int count = random.nextInt(1, 40);
        for (int i = 0; i < count; i++) {
            int scale = 1 << random.nextInt(0, 19);
            frames.add(bytes(random.nextInt(scale + 1), i));
        }
        byte[] stream = framed(frames);
        int at = 0;
        while (at < stream.length) {
            boolean wasReady = collected.ready;
            collected.ready = random.nextInt(4) > 0;
            collected.holds = random.nextBoolean();
            if (!wasReady && collected.ready) {
                decoder.decode(collected);
            }
            int piece = 1 << random.nextInt(0, 20);
            if (random.nextInt(5) == 0) {
                int length = Math.min(piece, stream.length - at);
                decoder.received(Unpooled.copiedBuffer(stream, at, length));
                decoder.decode(collected);
                at += length;
            } else {
                at += readInPlace(stream, at, piece);
            }
            if (random.nextInt(3) == 0) {
                decoder.readComplete(piece);
            }
            if (random.nextInt(10) == 0) {
                collected.letGo();
            }
        }
        collected.ready = true;
        decoder.decode(collected);
        assertThat(collected.frames).containsExactlyElementsOf(frames);
        endOfStream();
    }

    @Test
    void framesOfOneSizeAreReadWhereTheyStay() {
        byte[] frame = bytes(60_000, 1);
        byte[] stream = framed(List.of(frame, frame, frame, frame, frame));
        collected.holds = true;
        int at = 0;
        while (collected.frames.size() < 2) {
            at += readInPlace(stream, at, Integer.MAX_VALUE);
        }
        int reads = 0;
        while (at < stream.length) {
            at += readInPlace(stream, at, Integer.MAX_VALUE);
            reads++;
        }
        assertThat(collected.frames).hasSize(5);
        assertThat(reads).as("reads for the last three frames").isEqualTo(3);
        assertThat(limiter.heldBytes()).isLessThan(5 * 60_004 + 8_192);
        endOfStream();
    }

    @Test
    void aFrameThatIsNotWantedYetWaitsInItsChunk() {
        byte[] stream = framed(List.of(bytes(10, 1), bytes(20, 2)));
        collected.ready = false;
        readInPlace(stream, 0, stream.length);
        assertThat(collected.frames).isEmpty();
        assertThat(decoder.pendingBytes()).isEqualTo(stream.length);
        collected.ready = true;
        decoder.decode(collected);
        assertThat(collected.frames).hasSize(2);
        endOfStream();
    }

    @Test
    void aLargeFrameWaitsForItsRoomAndThenArrives() {
        InflightLimiter tight = new InflightLimiter(MAX_FRAME);
        FrameDecoder waiting = new FrameDecoder(PooledByteBufAllocator.DEFAULT, tight, MAX_FRAME);
        assertThat(tight.tryReserve(MAX_FRAME, MAX_FRAME)).isEqualTo(Room.BEYOND);
        byte[] frame = bytes(500_000, 1);
        byte[] stream = framed(List.of(frame));
        int first = 0;
        while (waiting.wantedBytes() == 0) {
            first += fill(waiting, stream, first);
        }
        int wanted = waiting.wantedBytes();
        assertThat(wanted).as("no more than has arrived").isBetween(first + 1, 2 * first);
        assertThat(waiting.wantedFrameBytes()).isEqualTo(stream.length);
        tight.refundReserved(MAX_FRAME, MAX_FRAME, Room.BEYOND);
        Room granted = tight.tryReserve(stream.length, wanted);
        waiting.granted(granted, wanted, stream.length);
        for (int at = first; at < stream.length; ) {
            at += fill(waiting, stream, at);
        }
        assertThat(collected.frames).containsExactly(frame);
        waiting.close();
        assertThat(tight.heldBytes()).isZero();
    }

    @Test
    @SuppressWarnings("ReferenceEquality") // whether the decoder has moved to another chunk
    void aFrameThatIsOnlyClaimedHoldsNoMoreThanTwiceWhatHasArrived() {
        byte[] frame = bytes(900_000, 1);
        byte[] stream = framed(List.of(frame));
        int at = 0;
        int copied = 0;
        ByteBuf before = Unpooled.EMPTY_BUFFER;
        while (at < stream.length) {
            ByteBuf room = decoder.room();
            room.release();
            if (room != before) {
                copied += decoder.pendingBytes();
                before = room;
            }
            at += readInPlace(stream, at, 1_000);
            assertThat(limiter.heldBytes())
                    .as("held after %d bytes", at)
                    .isLessThanOrEqualTo(Math.max(2_048, 2 * at + 2));
        }
        assertThat(collected.frames).containsExactly(frame);
        assertThat(copied).as("bytes copied").isLessThan(stream.length);
        endOfStream();
    }

    @Test
    void aClientIsTrustedWithWhatItHasSent() {
        byte[] frame = bytes(900_000, 1);
        byte[] stream = framed(List.of(frame, frame, frame));
        int at = 0;
        while (collected.frames.isEmpty()) {
            at += readInPlace(stream, at, stream.length);
        }
        int reads = 0;
        while (at < stream.length) {
            at += readInPlace(stream, at, stream.length);
            reads++;
        }
        assertThat(collected.frames).hasSize(3);
        assertThat(reads).as("a peek and the rest, twice").isEqualTo(4);
        endOfStream();
    }

    @Test
    void roomThatWasGivenInTrustIsTakenBackAndTheFrameArrivesAllTheSame() {
        byte[] frame = bytes(900_000, 1);
        byte[] stream = framed(List.of(frame, frame));
        int at = 0;
        while (collected.frames.isEmpty()) {
            at += readInPlace(stream, at, stream.length);
        }
        at += readInPlace(stream, at, 10_000);
        at += readInPlace(stream, at, 10_000);
        assertThat(limiter.heldBytes()).as("trusted").isGreaterThan(900_000);
        int arrived = decoder.pendingBytes();
        decoder.reclaim();
        assertThat(decoder.pendingBytes()).isEqualTo(arrived);
        assertThat(limiter.heldBytes()).as("taken back").isLessThanOrEqualTo(2L * arrived);
        while (at < stream.length) {
            at += readInPlace(stream, at, 5_000);
            assertThat(limiter.heldBytes())
                    .isLessThanOrEqualTo(2L * decoder.pendingBytes() + 5_000);
        }
        assertThat(collected.frames).containsExactly(frame, frame);
        endOfStream();
    }

    @Test
    void aFrameBeyondTheBoundStaysTheOnlyOneThoughItsRoomIsTakenBack() {
        InflightLimiter tight = new InflightLimiter(MAX_FRAME);
        FrameDecoder beyond = new FrameDecoder(PooledByteBufAllocator.DEFAULT, tight, MAX_FRAME);
        byte[] frame = bytes(900_000, 1);
        byte[] stream = framed(List.of(frame, frame));
        int at = 0;
        while (collected.frames.isEmpty()) {
            at += fill(beyond, stream, at);
        }
        tight.charge(MAX_FRAME);
        while (beyond.pendingBytes() <= 4_096) {
            at += fill(beyond, stream, at);
            assertThat(beyond.wantedBytes()).isZero();
            beyond.reclaim();
        }
        assertThat(tight.tryReserve(MAX_FRAME, 1)).as("one is beyond").isEqualTo(Room.NONE);
        while (at < stream.length) {
            at += fill(beyond, stream, at);
        }
        assertThat(collected.frames).containsExactly(frame, frame);
        beyond.close();
        assertThat(tight.tryReserve(MAX_FRAME, 1)).as("it is done").isEqualTo(Room.BEYOND);
        tight.refundReserved(MAX_FRAME, 1, Room.BEYOND);
        tight.refund(MAX_FRAME);
        assertThat(tight.heldBytes()).isZero();
    }

    /** Many connections send at once what does not fit together: each frame arrives in the end. */
    @Seeded(runs = 50)
    void framesThatDoNotFitTogetherArriveOneAfterTheOther(RandomGenerator random) {
        InflightLimiter tight = new InflightLimiter(MAX_FRAME);
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            peers.add(new Peer(tight, framed(List.of(bytes(random.nextInt(1, 900_000), i)))));
        }
        List<Peer> arriving = new ArrayList<>(peers);
        for (int step = 0; !arriving.isEmpty(); step++) {
            assertThat(step).as("steps until all have arrived").isLessThan(100_000);
            Peer peer = arriving.get(random.nextInt(arriving.size()));
            if (random.nextInt(50) == 0) {
                peer.decoder.reclaim();
            }
            if (peer.read(random.nextInt(1, 200_000))) {
                arriving.remove(peer);
            }
            assertThat(tight.heldBytes()).isLessThan(4L * MAX_FRAME);
        }
        assertThat(tight.heldBytes()).isZero();
        assertThat(tight.contended()).isFalse();
    }

    /** A connection that sends one frame, and waits for its room as a {@link Connection} does. */
    private static final class Peer implements InflightLimiter.Waiter, FrameDecoder.Sink {
        private final InflightLimiter limiter;
        private final FrameDecoder decoder;
        private final byte[] stream;
        private int at;
        private boolean waits;
        private int awaited;
        private int awaitedFrame;
        private Room granted = Room.NONE;
        private boolean complete;

        private Peer(InflightLimiter limiter, byte[] stream) {
            this.limiter = limiter;
            this.decoder = new FrameDecoder(PooledByteBufAllocator.DEFAULT, limiter, MAX_FRAME);
            this.stream = stream;
        }

        /** Reads a piece unless it waits; true once its frame has arrived and is done with. */
        private boolean read(int atMost) {
            if (waits) {
                if (granted == Room.NONE) {
                    return false;
                }
                waits = false;
                decoder.granted(granted, awaited, awaitedFrame);
            } else {
                ByteBuf room = decoder.room();
                int count = Math.min(Math.min(room.writableBytes(), atMost), stream.length - at);
                room.writeBytes(stream, at, count);
                decoder.received(room);
                at += count;
            }
            decoder.decode(this);
            if (decoder.wantedBytes() > 0) {
                waits = true;
                granted = Room.NONE;
                awaited = decoder.wantedBytes();
                awaitedFrame = decoder.wantedFrameBytes();
                limiter.await(this);
            }
            if (complete) {
                decoder.close();
            }
            return complete;
        }

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public void frame(FrameChunk chunk, int offset, int length) {
            byte[] frame = new byte[length];
            chunk.view(offset, length).get(frame);
            complete = Arrays.equals(frame, Arrays.copyOfRange(stream, 4, stream.length));
            chunk.release();
        }

        @Override
        public int wantedBytes() {
            return awaited;
        }

        @Override
        public int frameBytes() {
            return awaitedFrame;
        }

        @Override
        public void granted(Room room) {
            granted = room;
        }
    }

    /** A socket that ends is read once more, though nothing was wanted from it. */
    @Test
    void bytesThatArriveWhileAFrameWaitsAreKept() {
        InflightLimiter tight = new InflightLimiter(MAX_FRAME);
        FrameDecoder waiting = new FrameDecoder(PooledByteBufAllocator.DEFAULT, tight, MAX_FRAME);
        tight.tryReserve(MAX_FRAME, MAX_FRAME);
        byte[] frame = bytes(20_000, 1);
        byte[] stream = framed(List.of(frame, frame));
        int at = 0;
        while (waiting.wantedBytes() == 0) {
            at += fill(waiting, stream, at);
        }
        int wanted = waiting.wantedBytes();
        int frameBytes = waiting.wantedFrameBytes();
        waiting.received(Unpooled.copiedBuffer(stream, at, stream.length - at));
        assertThat(waiting.pendingBytes()).as("more than it waits for").isGreaterThan(wanted);
        tight.refundReserved(MAX_FRAME, MAX_FRAME, Room.BEYOND);
        waiting.granted(tight.tryReserve(frameBytes, wanted), wanted, frameBytes);
        waiting.decode(collected);
        assertThat(collected.frames).containsExactly(frame, frame);
        waiting.close();
        assertThat(tight.heldBytes()).isZero();
    }

    @Test
    void aLengthBeyondTheBoundIsRefusedBeforeAnythingIsAllocatedForIt() {
        byte[] stream = ByteBuffer.allocate(8).putInt(MAX_FRAME + 1).array();
        assertThatThrownBy(() -> readInPlace(stream, 0, 8))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining(String.valueOf(MAX_FRAME + 1))
                .hasMessageContaining("net.max-request-bytes");
        assertThat(limiter.heldBytes()).isLessThan(4_096);
        endOfStream();
    }

    /** Has no memory left. */
    private static final class ExhaustedAllocator extends AbstractByteBufAllocator {
        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("no heap left");
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("no direct memory left");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    @Test
    void memoryThatIsNotToBeHadIsNotCharged() {
        ByteBufAllocator exhausted = new ExhaustedAllocator();
        assertThatThrownBy(() -> FrameChunk.any(exhausted, limiter, 512))
                .isInstanceOf(OutOfMemoryError.class);
        Room room = limiter.tryReserve(5_000, 5_000);
        assertThatThrownBy(() -> FrameChunk.reserved(exhausted, limiter, 5_000, 5_000, room))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(limiter.heldBytes()).isZero();
    }

    @Test
    void aNegativeLengthIsRefused() {
        byte[] stream = ByteBuffer.allocate(8).putInt(-2).array();
        assertThatThrownBy(() -> readInPlace(stream, 0, 8))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("-2");
        endOfStream();
    }
}
