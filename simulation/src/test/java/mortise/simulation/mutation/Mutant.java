package mortise.simulation.mutation;

import java.lang.reflect.InvocationTargetException;

/** A broker with a mutation in it. */
public final class Mutant {
    private Mutant() {}

    /**
     * Runs seeds with a mutated broker until a checker notices.
     *
     * @return what it noticed; empty if it did not
     * @throws IllegalStateException if there is no place any more where the mutation could be made
     */
    public static String hunt(Mutation mutation, long firstSeed, long seeds) {
        MutantLoader loader = new MutantLoader(mutation);
        try {
            Object found =
                    loader.loadClass(Probe.class.getName())
                            .getMethod("run", long.class, long.class)
                            .invoke(null, firstSeed, seeds);
            if (loader.places() == 0) {
                throw new IllegalStateException(
                        mutation + " was made nowhere: the code that it changes is gone");
            }
            return String.valueOf(found);
        } catch (InvocationTargetException failure) {
            throw new IllegalStateException(mutation + " cannot be run", failure.getCause());
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(mutation + " cannot be run", failure);
        }
    }
}
