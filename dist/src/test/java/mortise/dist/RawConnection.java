package mortise.dist;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import mortise.api.HostPort;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.message.RequestHeader;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * One connection that sends any request in any version, and reads the answer by Apache Kafka's own
 * description of the protocol into one text per field. A connection that the broker closed is
 * opened again for the next request.
 */
final class RawConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;

    private final HostPort address;
    private Socket socket;
    private int correlationId;

    RawConnection(String bootstrap) {
        address = HostPort.parse(bootstrap);
        socket = connect();
    }

    private Socket connect() {
        try {
            Socket connected = new Socket(address.host(), address.port());
            connected.setTcpNoDelay(true);
            connected.setSoTimeout(TIMEOUT_MILLIS);
            return connected;
        } catch (IOException failure) {
            throw new UncheckedIOException("connecting to " + address, failure);
        }
    }

    /**
     * What a broker answered.
     *
     * @param fields the text of each field by its path; one field named "connection" if it closed
     *     the connection
     */
    record Answer(Map<String, String> fields) {
        static final Answer CLOSED = new Answer(Map.of("connection", "closed"));
        static final Answer SILENCE = new Answer(Map.of("connection", "silent"));

        /** The text of a field; fails if there is none. */
        String field(String path) {
            String text = fields.get(path);
            if (text == null) {
                throw new AssertionError("the answer has no " + path + ": " + fields);
            }
            return text;
        }
    }

    /** The frame of a request; its length is in front. */
    ByteBuffer encode(ApiKey key, short version, ApiMessage request) {
        RequestHeader header =
                new RequestHeader()
                        .requestApiKey(key.id())
                        .requestApiVersion(version)
                        .correlationId(++correlationId)
                        .clientId("parity");
        return Frames.encode(key.requestHeaderVersion(version), header, request, version);
    }

    /** Sends a request and reads its answer. */
    Answer call(ApiKey key, short version, ApiMessage request) {
        return exchange(key, version, encode(key, version, request));
    }

    /** Sends a frame and reads the answer to it as one of this version. */
    Answer exchange(ApiKey key, short version, ByteBuffer frame) {
        try {
            send(frame);
            return receive(key, version);
        } catch (SocketTimeoutException late) {
            closeQuietly();
            socket = connect();
            return Answer.SILENCE;
        } catch (IOException closed) {
            closeQuietly();
            socket = connect();
            return Answer.CLOSED;
        }
    }

    /** Sends a frame that has no answer. */
    void send(ByteBuffer frame) throws IOException {
        socket.getOutputStream()
                .write(frame.array(), frame.arrayOffset() + frame.position(), frame.remaining());
    }

    private Answer receive(ApiKey key, short version) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int answered = buffer.getInt();
        if (answered != correlationId) {
            throw new AssertionError("answer to " + answered + " instead of " + correlationId);
        }
        ApiMessageType type = ApiMessageType.fromApiKey(key.id());
        if (type.responseHeaderVersion(version) > 0) {
            TaggedFields.of().read(buffer);
        }
        Map<String, String> fields = new TreeMap<>();
        flatten("", type.responseSchemas()[version].read(buffer), fields);
        if (buffer.hasRemaining()) {
            fields.put("(bytes after the message)", Integer.toString(buffer.remaining()));
        }
        return new Answer(fields);
    }

    private static void flatten(String path, Object value, Map<String, String> fields) {
        switch (value) {
            case null -> fields.put(path, "null");
            case Struct struct -> flattenStruct(path, struct, fields);
            case Object[] list -> {
                fields.put(path + ".size", Integer.toString(list.length));
                for (Object element : list) {
                    String place = path + "[" + identity(element) + "]";
                    String unique = place;
                    for (int twin = 2; fields.containsKey(unique); twin++) {
                        unique = place + "#" + twin;
                    }
                    fields.put(unique, "");
                    flatten(unique, element, fields);
                }
            }
            case MemoryRecords records -> fields.put(path, hex(records.buffer()));
            case BaseRecords other -> throw new AssertionError("unexpected records: " + other);
            case ByteBuffer bytes -> fields.put(path, hex(bytes));
            default -> fields.put(path, value.toString());
        }
    }

    private static void flattenStruct(String path, Struct struct, Map<String, String> fields) {
        String prefix = path.isEmpty() ? "" : path + ".";
        for (BoundField field : struct.schema().fields()) {
            Object value = struct.get(field);
            if (field.def.type instanceof TaggedFields tagged) {
                Map<?, ?> present = (Map<?, ?>) value;
                present.forEach((tag, content) -> {
                    Field known = tagged.fields().get(tag);
                    flatten(prefix + (known == null ? "tag " + tag : known.name), content, fields);
                });
            } else {
                flatten(prefix + field.def.name, value, fields);
            }
        }
    }

    /**
     * What tells an element of a list from the others: its first field that is a name or number.
     */
    private static String identity(Object element) {
        if (!(element instanceof Struct struct)) {
            return String.valueOf(element);
        }
        Schema schema = struct.schema();
        for (String name :
                new String[] {
                    "name",
                    "topic",
                    "resource_name",
                    "partition_index",
                    "partition",
                    "index",
                    "api_key",
                    "node_id",
                    "broker_id",
                    "topic_id"
                }) {
            if (schema.get(name) != null) {
                Object value = struct.get(name);
                if (value != null && !value.equals("")) {
                    return value.toString();
                }
            }
        }
        return "";
    }

    private static String hex(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder(bytes.remaining() + " bytes ");
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            text.append(Character.forDigit((bytes.get(i) >> 4) & 15, 16))
                    .append(Character.forDigit(bytes.get(i) & 15, 16));
        }
        return text.toString();
    }

    private void closeQuietly() {
        try {
            socket.close();
        } catch (IOException alreadyClosed) {
            // it is of no use any more, which is all that was wanted
        }
    }

    @Override
    public void close() {
        closeQuietly();
    }
}
