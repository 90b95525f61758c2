package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import mortise.metadata.TopicSettings;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/** What a partition asks of produced batches before they are offered to it. Thread-safe. */
public final class BatchIntake {
    private final ProduceChecks checks;
    private final Supplier<TopicSettings> settings;

    BatchIntake(ProduceChecks checks, Supplier<TopicSettings> settings) {
        this.checks = checks;
        this.settings = settings;
    }

    /**
     * Checks the bytes that a producer sent, before they are offered: exactly one batch that its
     * header and checksum allow.
     *
     * @return null if all is well
     */
    public @Nullable Refusal check(ByteBuffer records, short produceVersion, CRC32C sum) {
        return checks.check(settings.get(), records, produceVersion, sum);
    }

    /**
     * Whether a batch that {@link #check} let pass must be opened before it is offered, because its
     * header claims what may not be true, because its records must have keys, or because it is kept
     * in another form.
     */
    public boolean doubts(RecordBatch batch) {
        return checks.doubts(settings.get(), batch);
    }

    /**
     * Opens a batch that is in doubt and puts its header right, or makes another of it if the topic
     * keeps its batches in another form. Takes as long as decompressing does, so it is not for an
     * event loop.
     */
    public OpenedBatch open(RecordBatch batch, Codecs codecs) {
        return checks.open(settings.get(), batch, codecs);
    }
}
