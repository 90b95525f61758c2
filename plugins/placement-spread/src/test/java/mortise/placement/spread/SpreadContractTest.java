package mortise.placement.spread;

import mortise.spi.placement.PlacementProvider;
import mortise.tck.placement.PlacementContract;

class SpreadContractTest implements PlacementContract {
    @Override
    public PlacementProvider provider() {
        return new SpreadProvider();
    }
}
