package mortise.dist;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers on the command line, each kind within its bounds. */
final class Numbers {
    private Numbers() {}

    private static long within(String text, String what, long least, long most) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // said below, as for a number out of bounds
        }
        throw new TypeConversionException(
                "'" + text + "' is not " + what + " from " + least + " to " + most);
    }

    /** How long to wait. */
    static final class Seconds implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) within(text, "a number of seconds", 1, 86_400);
        }
    }

    /** How many of something, none allowed. */
    static final class Count implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return within(text, "a number", 0, Long.MAX_VALUE);
        }
    }

    /** The number of a partition. */
    static final class Partition implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) within(text, "a number", 0, Integer.MAX_VALUE);
        }
    }

    /** How many of something that has to be there. */
    static final class AtLeastOne implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) within(text, "a number", 1, Integer.MAX_VALUE);
        }
    }

    /** How many partitions; -1 leaves it to the broker. */
    static final class Partitions implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) within(text, "a number", -1, Integer.MAX_VALUE);
        }
    }

    /** How many replicas; -1 leaves it to the broker. */
    static final class Replicas implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) within(text, "a number", -1, Short.MAX_VALUE);
        }
    }
}
