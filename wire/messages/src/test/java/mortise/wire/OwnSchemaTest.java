package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import mortise.wire.sample.EverythingRecord;
import mortise.wire.sample.EverythingRecord.Detail;
import mortise.wire.sample.SampleRecordType;
import org.junit.jupiter.api.Test;

/** Code that is generated from a schema of our own, in a package of its own. */
class OwnSchemaTest {
    @Test
    void aNewRecordHasTheDefaultsOfItsSchema() {
        EverythingRecord record = new EverythingRecord();

        assertThat(record.truth()).isTrue();
        assertThat(record.small()).isEqualTo((byte) -16);
        assertThat(record.port()).isEqualTo(9092);
        assertThat(record.unsigned()).isEqualTo(0xffff_ffffL);
        assertThat(record.real()).isEqualTo(1.5);
        assertThat(record.quoted()).isEqualTo("a \"b\" \\ c");
        assertThat(record.note()).isNull();
        assertThat(record.late()).isNull();
        assertThat(record.blob()).isEqualTo(ByteBuffer.allocate(0));
        assertThat(record.owner()).isEqualTo(new Detail());
        assertThat(record.details()).isEmpty();
    }

    @Test
    void everyVersionIsReadBack() {
        for (short version = 0; version <= 4; version++) {
            requireReadBack(new EverythingRecord(), version);
            requireReadBack(filled(version), version);
        }
        for (short version = 2; version <= 4; version++) {
            requireReadBack(filled(version).blob(null).owner(null), version);
        }
        requireReadBack(filled((short) 3).details(null), (short) 3);
    }

    private static EverythingRecord filled(short version) {
        EverythingRecord record =
                new EverythingRecord()
                        .truth(false)
                        .small((byte) 3)
                        .port(65_535)
                        .unsigned(4_000_000_000L)
                        .real(-0.25)
                        .quoted("ü")
                        .note("in place or tagged")
                        .blob(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                        .owner(detail(version, "owner"))
                        .truths(List.of(true, false))
                        .reals(List.of(0.5, 1e300))
                        .unsigneds(List.of(0L, 4_294_967_295L))
                        .blobs(List.of(ByteBuffer.wrap(new byte[] {9}), ByteBuffer.allocate(0)))
                        .old("fixed length until 3");
        if (version <= 1) {
            record.gone(5);
        }
        if (version >= 1) {
            record.details(List.of(detail(version, "a"), detail(version, "b")));
        }
        if (version >= 2) {
            record.numbers(List.of(1L, -1L));
        }
        if (version >= 3) {
            record.late(detail(version, "late"));
        }
        return record;
    }

    private static Detail detail(short version, String name) {
        return new Detail()
                .id(new UUID(1, 2))
                .weight(version >= 2 ? 0.5 : 0)
                .names(List.of(name, ""));
    }

    private static void requireReadBack(EverythingRecord record, short version) {
        ByteBuffer bytes = Twins.write(record, version);
        WireReader in = new WireReader(bytes);
        EverythingRecord read = new EverythingRecord(in, version);
        in.requireEnd("EverythingRecord");
        assertThat(read).as("version %d", version).isEqualTo(record);
    }

    @Test
    void anIgnorableFieldIsLeftOutWhereTheVersionLacksIt() {
        EverythingRecord record = new EverythingRecord().between((short) 9);

        assertThat(Twins.write(record, (short) 4))
                .isEqualTo(Twins.write(new EverythingRecord(), (short) 4));
        assertThat(Twins.write(record, (short) 2))
                .isNotEqualTo(Twins.write(new EverythingRecord(), (short) 2));
    }

    @Test
    void whatAVersionCannotSayIsRefusedByName() {
        assertRefused(new EverythingRecord().gone(1), 2, "EverythingRecord.gone in version 2");
        assertRefused(new EverythingRecord().late(new Detail()), 2, "late in version 2");
        assertRefused(new EverythingRecord().blob(null), 1, "EverythingRecord.blob: it is null");
        assertRefused(new EverythingRecord().owner(null), 1, "EverythingRecord.owner: it is null");
        EverythingRecord tagged = new EverythingRecord();
        tagged.unknownTaggedFields().add(new UnknownTaggedField(40, ByteBuffer.allocate(1)));
        assertRefused(tagged, 0, "1 unknown tagged fields, and this version has no tagged fields");
        tagged.unknownTaggedFields().add(new UnknownTaggedField(39, ByteBuffer.allocate(1)));
        assertRefused(tagged, 1, "unknown tagged field 39 follows 40, want rising tags");
        assertThatThrownBy(() -> new EverythingRecord().port(65_536))
                .isInstanceOf(UnwritableMessageException.class)
                .hasMessage("setting EverythingRecord.port: 65536 does not fit a uint16");
    }

    private static void assertRefused(EverythingRecord record, int version, String message) {
        assertThatThrownBy(() -> Twins.write(record, (short) version))
                .isInstanceOf(UnwritableMessageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTagThatIsBothKnownAndUnknownIsRefused() {
        EverythingRecord record = new EverythingRecord().note("x");
        record.unknownTaggedFields().add(new UnknownTaggedField(0, ByteBuffer.allocate(1)));

        assertThatThrownBy(() -> Twins.write(record, (short) 2))
                .isInstanceOf(UnwritableMessageException.class)
                .hasMessageContaining("its tag 0 is also among the unknown tagged fields");
    }

    @Test
    void recordTypesAreFoundByNumber() {
        assertThat(SampleRecordType.find((short) 7)).isEqualTo(SampleRecordType.EVERYTHING_RECORD);
        assertThat(SampleRecordType.find((short) 8)).isNull();
        assertThat(SampleRecordType.EVERYTHING_RECORD.newRecord())
                .isEqualTo(new EverythingRecord());
        assertThat(new EverythingRecord().apiKey())
                .isEqualTo(SampleRecordType.EVERYTHING_RECORD.id());
        assertThat(new EverythingRecord().recordType())
                .isEqualTo(SampleRecordType.EVERYTHING_RECORD);
    }

    @Test
    void writingWithoutMeasuringIsRefused() {
        WireWriter out = new WireWriter(ByteBuffer.allocate(1000));

        assertThatThrownBy(() -> new EverythingRecord().write(out, new MessageSize(), (short) 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("writing a message that was not measured in the same version before");
    }
}
