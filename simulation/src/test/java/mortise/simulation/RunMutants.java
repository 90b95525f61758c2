package mortise.simulation;

import mortise.simulation.mutation.Mutant;
import mortise.simulation.mutation.Mutation;

/** Hunts mutants from the command line: how many seeds each, and which (all if none is named). */
public final class RunMutants {
    private RunMutants() {}

    /** See the class. */
    public static void main(String[] arguments) {
        for (Mutation mutation : Mutation.values()) {
            boolean wanted = arguments.length < 2;
            for (int i = 1; i < arguments.length; i++) {
                wanted |= mutation.name().equals(arguments[i]);
            }
            if (wanted) {
                System.out.println(
                        mutation + ": " + Mutant.hunt(mutation, 0, Long.parseLong(arguments[0])));
            }
        }
    }
}
