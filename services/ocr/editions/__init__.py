"""Form editions proposed, tried and accepted by officers: from then on the running reader knows them."""
