package mortise.tck.consensus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.CRC32C;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.consensus.QuorumView;

/**
 * The kit's own quorum: a journal of checked frames in one file, a new file with every snapshot,
 * and one thread. It has flaws that the kit has to find.
 */
final class JournalQuorum implements MetadataQuorum {
    private static final int LOOKS = 5_000_000;
    private static final int SNAPSHOT_EVERY = 50;
    private static final int FRAME_HEADER = 8;
    private static final byte SNAPSHOT = 's';
    private static final byte ENTRY = 'e';
    private static final byte EPOCH = 'l';

    private final PluginContext context;
    private final Set<Flaw> flaws;
    private final Path file;
    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final List<CompletableFuture<ProposeOutcome>> pending = new ArrayList<>();
    private FileChannel channel;
    private QuorumListener listener;
    private Thread thread;
    private boolean stopped;
    private long lastIndex;
    private int epoch;
    private volatile QuorumView view = new QuorumView(new Leadership(0, -1, false), 0, List.of());

    private JournalQuorum(PluginContext context, Set<Flaw> flaws) {
        this.context = context;
        this.flaws = flaws;
        this.file = context.dataDirectory().resolve("quorum.journal");
    }

    /** What may be wrong with it. */
    enum Flaw {
        NOTHING_IS_FORCED,
        SNAPSHOTS_ARE_NOT_FORCED,
        DAMAGE_ENDS_THE_LOG,
        ANY_EPOCH_WILL_DO,
        COMPLETES_BEFORE_IT_IS_HEARD
    }

    static ConsensusProvider with(Flaw... flaws) {
        Set<Flaw> set = EnumSet.noneOf(Flaw.class);
        set.addAll(List.of(flaws));
        return new ConsensusProvider() {
            @Override
            public String name() {
                return "journal";
            }

            @Override
            public ConfigSchema config() {
                return ConfigSchema.empty();
            }

            @Override
            public MetadataQuorum create(Config config, PluginContext context) {
                return new JournalQuorum(context, set);
            }
        };
    }

    @Override
    public void start(QuorumListener heard) {
        listener = heard;
        CompletableFuture<Void> started = new CompletableFuture<>();
        thread = context.threads("quorum").newThread(() -> run(started));
        thread.start();
        try {
            started.join();
        } catch (CompletionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        }
    }

    private void run(CompletableFuture<Void> started) {
        try {
            recover();
        } catch (IOException | RuntimeException e) {
            started.completeExceptionally(e);
            return;
        }
        started.complete(null);
        while (true) {
            try {
                work.take().run();
            } catch (InterruptedException e) {
                return;
            }
            synchronized (this) {
                if (stopped && work.isEmpty()) {
                    return;
                }
            }
        }
    }

    private void recover() throws IOException {
        boolean isNew = !Files.exists(file);
        channel = open(file);
        if (isNew) {
            forceDirectory();
        }
        ByteBuffer journal = ByteBuffer.allocate((int) channel.size());
        while (journal.hasRemaining() && channel.read(journal, journal.position()) > 0) {}
        journal.flip();
        while (journal.hasRemaining() && isFrame(journal, journal.position())) {
            int at = journal.position();
            ByteBuffer body = journal.slice(at + FRAME_HEADER, journal.getInt(at));
            replay(body);
            journal.position(at + FRAME_HEADER + journal.getInt(at));
        }
        for (int at = journal.position() + 1; at < journal.limit(); at++) {
            if (isFrame(journal, at) && !flaws.contains(Flaw.DAMAGE_ENDS_THE_LOG)) {
                throw new IllegalStateException(
                        file + " is damaged at " + journal.position() + ", a frame follows");
            }
        }
        channel.truncate(journal.position());
        channel.position(journal.position());
        epoch++;
        write(ByteBuffer.allocate(5).put(EPOCH).putInt(epoch).flip());
        Leadership leadership = new Leadership(epoch, context.nodeId(), true);
        view = new QuorumView(leadership, lastIndex, List.of(context.nodeId()));
        listener.leadership(leadership);
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static boolean isFrame(ByteBuffer journal, int at) {
        if (journal.limit() - at < FRAME_HEADER + 1) {
            return false;
        }
        int length = journal.getInt(at);
        return length > 0
                && length <= journal.limit() - at - FRAME_HEADER
                && crc(journal.slice(at + FRAME_HEADER, length)) == journal.getInt(at + 4);
    }

    private static int crc(ByteBuffer body) {
        CRC32C crc = new CRC32C();
        crc.update(body.duplicate());
        return (int) crc.getValue();
    }

    private void replay(ByteBuffer body) {
        byte kind = body.get();
        if (kind == EPOCH) {
            epoch = body.getInt();
            return;
        }
        lastIndex = body.getLong();
        int entryEpoch = body.getInt();
        List<byte[]> records = new ArrayList<>();
        while (body.hasRemaining()) {
            byte[] record = new byte[body.getInt()];
            body.get(record);
            records.add(record);
        }
        if (kind == SNAPSHOT) {
            listener.install(lastIndex, entryEpoch, records);
        } else {
            listener.committed(lastIndex, entryEpoch, records);
        }
    }

    private static ByteBuffer body(byte kind, long index, int epoch, List<byte[]> records) {
        int size = records.stream().mapToInt(record -> record.length + 4).sum();
        ByteBuffer body = ByteBuffer.allocate(13 + size).put(kind).putLong(index).putInt(epoch);
        records.forEach(record -> body.putInt(record.length).put(record));
        return body.flip();
    }

    private void write(ByteBuffer body) throws IOException {
        write(body, !flaws.contains(Flaw.NOTHING_IS_FORCED));
    }

    private void write(ByteBuffer body, boolean force) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER + body.remaining());
        frame.putInt(body.remaining()).putInt(crc(body)).put(body).flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
        if (force) {
            channel.force(false);
        }
    }

    @Override
    public synchronized CompletionStage<ProposeOutcome> propose(
            int decidedIn, List<byte[]> records) {
        if (records.isEmpty()) {
            throw new IllegalArgumentException("a proposal without records");
        }
        CompletableFuture<ProposeOutcome> outcome = new CompletableFuture<>();
        if (stopped) {
            outcome.complete(new ProposeOutcome.Refused("closed"));
            return outcome;
        }
        pending.removeIf(CompletableFuture::isDone);
        pending.add(outcome);
        work.add(() -> commit(decidedIn, records, outcome));
        return outcome;
    }

    private void commit(
            int decidedIn, List<byte[]> records, CompletableFuture<ProposeOutcome> outcome) {
        synchronized (this) {
            if (stopped || outcome.isDone()) {
                return;
            }
        }
        if (decidedIn != epoch && !flaws.contains(Flaw.ANY_EPOCH_WILL_DO)) {
            outcome.complete(new ProposeOutcome.Refused("the epoch is " + epoch));
            return;
        }
        try {
            write(body(ENTRY, lastIndex + 1, epoch, records));
        } catch (IOException e) {
            outcome.complete(new ProposeOutcome.Indeterminate(e.toString()));
            failed(e);
            return;
        }
        lastIndex++;
        if (flaws.contains(Flaw.COMPLETES_BEFORE_IT_IS_HEARD)) {
            awaitSomebodyWhoWaits(outcome);
            outcome.complete(new ProposeOutcome.Committed(lastIndex));
        }
        listener.committed(lastIndex, epoch, records);
        view = new QuorumView(view.leadership(), lastIndex, view.voters());
        outcome.complete(new ProposeOutcome.Committed(lastIndex));
        snapshotIfGrown();
    }

    /** Or nobody could see that it completes too early, because who looks comes later. */
    private static void awaitSomebodyWhoWaits(CompletableFuture<ProposeOutcome> outcome) {
        for (int looks = 0; outcome.getNumberOfDependents() == 0 && looks < LOOKS; looks++) {
            Thread.onSpinWait();
        }
    }

    private void snapshotIfGrown() {
        if (lastIndex % SNAPSHOT_EVERY != 0) {
            return;
        }
        Path temporary = file.resolveSibling("quorum.new");
        try (FileChannel _ = channel) {
            Files.deleteIfExists(temporary);
            channel = open(temporary);
            boolean force = !flaws.contains(Flaw.SNAPSHOTS_ARE_NOT_FORCED);
            write(body(SNAPSHOT, lastIndex, epoch, listener.snapshot().get()), force);
            write(ByteBuffer.allocate(5).put(EPOCH).putInt(epoch).flip(), force);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            forceDirectory();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void forceDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(context.dataDirectory())) {
            directory.force(true);
        }
    }

    private void failed(IOException e) {
        synchronized (this) {
            stopped = true;
            pending.forEach(
                    waiting -> waiting.complete(new ProposeOutcome.Indeterminate("failed")));
        }
        listener.failed("cannot write " + file, e);
    }

    @Override
    public CompletionStage<Long> readBarrier() {
        CompletableFuture<Long> index = new CompletableFuture<>();
        work.add(() -> index.complete(lastIndex));
        return index;
    }

    @Override
    public QuorumView view() {
        return view;
    }

    @Override
    public void close() {
        synchronized (this) {
            stopped = true;
            pending.forEach(
                    waiting -> waiting.complete(new ProposeOutcome.Indeterminate("closed")));
        }
        work.add(() -> {});
        try {
            if (thread != null) {
                thread.join();
            }
            if (channel != null) {
                channel.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new IllegalStateException("cannot close " + file, e);
        }
    }
}
