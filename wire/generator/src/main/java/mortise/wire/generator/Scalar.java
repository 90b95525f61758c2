package mortise.wire.generator;

import java.math.BigInteger;
import java.util.Optional;

/** A type without parts, with its Java types, its size and its spelling in method names. */
enum Scalar implements FieldType {
    BOOL("bool", "boolean", "Boolean", "Bool", 1),
    INT8("int8", "byte", "Byte", "Int8", 1),
    INT16("int16", "short", "Short", "Int16", 2),
    UINT16("uint16", "int", "Integer", "Uint16", 2),
    INT32("int32", "int", "Integer", "Int32", 4),
    UINT32("uint32", "long", "Long", "Uint32", 4),
    INT64("int64", "long", "Long", "Int64", 8),
    FLOAT64("float64", "double", "Double", "Float64", 8),
    UUID("uuid", "UUID", "UUID", "Uuid", 16),
    STRING("string", "String", "String", "String", 0),
    BYTES("bytes", "ByteBuffer", "ByteBuffer", "Bytes", 0),
    RECORDS("records", "Payload", "Payload", "Payload", 0);

    private final String schemaName;
    private final String javaType;
    private final String boxedType;
    private final String methodName;
    private final int fixedBytes;

    Scalar(
            String schemaName,
            String javaType,
            String boxedType,
            String methodName,
            int fixedBytes) {
        this.schemaName = schemaName;
        this.javaType = javaType;
        this.boxedType = boxedType;
        this.methodName = methodName;
        this.fixedBytes = fixedBytes;
    }

    static Optional<Scalar> find(String schemaName) {
        for (Scalar scalar : values()) {
            if (scalar.schemaName.equals(schemaName)) {
                return Optional.of(scalar);
            }
        }
        return Optional.empty();
    }

    String schemaName() {
        return schemaName;
    }

    @Override
    public String javaType() {
        return javaType;
    }

    @Override
    public String boxedType() {
        return boxedType;
    }

    /** What follows {@code read} and {@code write} in the names of the primitives. */
    String methodName() {
        return methodName;
    }

    /** Bytes of every value, or 0 if that depends on the value. */
    int fixedBytes() {
        return fixedBytes;
    }

    boolean isFixed() {
        return fixedBytes > 0;
    }

    boolean isPrimitive() {
        return isFixed() && this != UUID;
    }

    boolean isInteger() {
        return switch (this) {
            case INT8, INT16, UINT16, INT32, UINT32, INT64 -> true;
            case BOOL, FLOAT64, UUID, STRING, BYTES, RECORDS -> false;
        };
    }

    /** The smallest value of an integer type. */
    BigInteger lowest() {
        return switch (this) {
            case UINT16, UINT32 -> BigInteger.ZERO;
            case INT8, INT16, INT32, INT64 -> BigInteger.TWO.pow(8 * fixedBytes - 1).negate();
            case BOOL, FLOAT64, UUID, STRING, BYTES, RECORDS ->
                    throw new IllegalStateException(schemaName + " is no integer type");
        };
    }

    /** The largest value of an integer type. */
    BigInteger highest() {
        return lowest().add(BigInteger.TWO.pow(8 * fixedBytes)).subtract(BigInteger.ONE);
    }
}
