package mortise.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.ControlRecordTypeSchema;
import org.apache.kafka.common.message.DefaultPrincipalData;
import org.apache.kafka.common.message.EndTxnMarker;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.types.Schema;

/**
 * A message as both sides know it: our class, Apache Kafka's class, and Kafka's own description of
 * its bytes in each version.
 *
 * @param schemas by version, from the lowest
 */
record Subject(
        String name,
        Class<? extends ApiMessage> ours,
        Class<? extends Message> theirs,
        List<Schema> schemas,
        short lowest,
        short highest) {

    /** Every request and response that has a version, in the order of the API keys. */
    static List<Subject> requestsAndResponses() {
        List<Subject> subjects = new ArrayList<>();
        for (ApiMessageType type : ApiMessageType.values()) {
            if (type.highestSupportedVersion(true) >= type.lowestSupportedVersion()) {
                subjects.add(of(type.newRequest().getClass(), type.requestSchemas()));
                subjects.add(of(type.newResponse().getClass(), type.responseSchemas()));
            }
        }
        return subjects;
    }

    /** The two headers and the records with schemas of their own. */
    static List<Subject> headersAndData() {
        return List.of(
                of(RequestHeaderData.class, RequestHeaderData.SCHEMAS),
                of(ResponseHeaderData.class, ResponseHeaderData.SCHEMAS),
                of(AbortedTxn.class, AbortedTxn.SCHEMAS),
                of(ConsumerProtocolAssignment.class, ConsumerProtocolAssignment.SCHEMAS),
                of(ConsumerProtocolSubscription.class, ConsumerProtocolSubscription.SCHEMAS),
                of(ControlRecordTypeSchema.class, ControlRecordTypeSchema.SCHEMAS),
                of(DefaultPrincipalData.class, DefaultPrincipalData.SCHEMAS),
                of(EndTxnMarker.class, EndTxnMarker.SCHEMAS),
                of(KRaftVersionRecord.class, KRaftVersionRecord.SCHEMAS),
                of(LeaderChangeMessage.class, LeaderChangeMessage.SCHEMAS),
                of(SnapshotFooterRecord.class, SnapshotFooterRecord.SCHEMAS),
                of(SnapshotHeaderRecord.class, SnapshotHeaderRecord.SCHEMAS),
                of(VotersRecord.class, VotersRecord.SCHEMAS));
    }

    static List<Subject> all() {
        List<Subject> all = new ArrayList<>(requestsAndResponses());
        all.addAll(headersAndData());
        return all;
    }

    private static Subject of(Class<? extends Message> theirs, Schema[] schemas) {
        String simple = theirs.getSimpleName();
        boolean ofMessage =
                simple.endsWith("RequestData")
                        || simple.endsWith("ResponseData")
                        || simple.endsWith("HeaderData");
        String name = ofMessage ? simple.substring(0, simple.length() - "Data".length()) : simple;
        Message message = Twins.make(theirs);
        short lowest = message.lowestSupportedVersion();
        return new Subject(
                name,
                ours(name),
                theirs,
                Arrays.asList(schemas).subList(lowest, message.highestSupportedVersion() + 1),
                lowest,
                message.highestSupportedVersion());
    }

    private static Class<? extends ApiMessage> ours(String name) {
        try {
            return Class.forName("mortise.wire.message." + name).asSubclass(ApiMessage.class);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("no generated class for " + name, e);
        }
    }

    ApiMessage newOurs() {
        return Twins.make(ours);
    }

    Message newTheirs() {
        return Twins.make(theirs);
    }

    Schema schema(short version) {
        return schemas.get(version - lowest);
    }

    int versions() {
        return highest - lowest + 1;
    }

    @Override
    public String toString() {
        return name;
    }
}
