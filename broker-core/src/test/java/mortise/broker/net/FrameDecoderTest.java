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
import java.util.List;
import java.util.random.RandomGenerator;
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
        assertThat(tight.tryReserve(MAX_FRAME - 4)).isTrue();
        byte[] frame = bytes(500_000, 1);
        byte[] stream = framed(List.of(frame));
        ByteBuf room = waiting.room();
        int first = room.writableBytes();
        room.writeBytes(stream, 0, first);
        waiting.received(room);
        waiting.decode(collected);
        assertThat(waiting.wantedBytes()).isEqualTo(500_004);
        tight.refundReserved(MAX_FRAME - 4);
        assertThat(tight.tryReserve(500_004)).isTrue();
        waiting.granted(500_004);
        room = waiting.room();
        assertThat(room.writableBytes()).isEqualTo(stream.length - first);
        room.writeBytes(stream, first, stream.length - first);
        waiting.received(room);
        waiting.decode(collected);
        assertThat(collected.frames).containsExactly(frame);
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
        assertThat(limiter.tryReserve(5_000)).isTrue();
        assertThatThrownBy(() -> FrameChunk.reserved(exhausted, limiter, 5_000))
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
