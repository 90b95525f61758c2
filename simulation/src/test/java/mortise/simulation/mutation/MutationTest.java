package mortise.simulation.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The checkers notice mistakes: each of them is made, and one of the first seeds must fail. */
class MutationTest {
    private static final long MOST_SEEDS = 150;

    @ParameterizedTest
    @FieldSource("mortise.simulation.mutation.Mutation#ALL")
    void everyMistakeIsNoticed(Mutation mutation) {
        String noticed = Mutant.hunt(mutation, 0, MOST_SEEDS);

        System.out.println("mutation " + mutation + " (" + mutation.what() + "): " + noticed);
        assertThat(noticed).as("what the checkers say to: " + mutation.what()).isNotEmpty();
    }
}
