package mortise.bench.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The floor: the least that any broker on this JVM must do for a prepared produce request. It reads
 * the frame, checks the batch's checksum, writes the batch to a file and answers with ready-made
 * bytes. One thread, no protocol, no log: what is faster than this is not a broker.
 *
 * <p>Usage: {@code Floor PORT FILE BATCH_POSITION BATCH_BYTES RESPONSE_HEX FILE_BYTES}; frames are
 * all alike, and after so many bytes the file is written from its beginning again.
 */
final class Floor {
    private final FileChannel file;
    private final int batchPosition;
    private final int batchBytes;
    private final byte[] answer;
    private final long fileLimit;
    private final CRC32C checksum = new CRC32C();
    private long filePosition;

    private Floor(
            FileChannel file, int batchPosition, int batchBytes, byte[] answer, long fileLimit) {
        this.file = file;
        this.batchPosition = batchPosition;
        this.batchBytes = batchBytes;
        this.answer = answer;
        this.fileLimit = fileLimit;
    }

    public static void main(String[] arguments) throws IOException {
        try (FileChannel file =
                        FileChannel.open(
                                Path.of(arguments[1]),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE);
                ServerSocketChannel server = ServerSocketChannel.open();
                Selector selector = Selector.open()) {
            server.bind(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])));
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            byte[] answer = HexFormat.of().parseHex(arguments[4]);
            new Floor(
                            file,
                            Integer.parseInt(arguments[2]),
                            Integer.parseInt(arguments[3]),
                            answer,
                            Long.parseLong(arguments[5]))
                    .serve(server, selector);
        }
    }

    private void serve(ServerSocketChannel server, Selector selector) throws IOException {
        while (true) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.isAcceptable()) {
                    SocketChannel accepted = server.accept();
                    accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    accepted.configureBlocking(false);
                    accepted.register(
                            selector, SelectionKey.OP_READ, ByteBuffer.allocateDirect(1 << 20));
                } else {
                    read(key);
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private void read(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        ByteBuffer buffer = (ByteBuffer) key.attachment();
        if (channel.read(buffer) < 0) {
            channel.close();
            return;
        }
        buffer.flip();
        int frames = 0;
        while (buffer.remaining() >= 4
                && buffer.remaining() >= 4 + buffer.getInt(buffer.position())) {
            int length = buffer.getInt(buffer.position());
            accept(buffer, buffer.position() + batchPosition);
            buffer.position(buffer.position() + 4 + length);
            frames++;
        }
        buffer.compact();
        if (frames > 0) {
            ByteBuffer answers = ByteBuffer.allocate(frames * answer.length);
            for (int i = 0; i < frames; i++) {
                answers.put(answer);
            }
            answers.flip();
            while (answers.hasRemaining()) {
                channel.write(answers);
            }
        }
    }

    private void accept(ByteBuffer buffer, int at) throws IOException {
        ByteBuffer batch = buffer.duplicate().position(at + 21).limit(at + batchBytes);
        checksum.reset();
        checksum.update(batch);
        if ((int) checksum.getValue() != buffer.getInt(at + 17)) {
            throw new IOException("a batch arrived damaged");
        }
        batch.position(at);
        if (filePosition + batchBytes > fileLimit) {
            filePosition = 0;
        }
        filePosition += file.write(batch, filePosition);
    }
}
